"""Limits that the SDK's types do not tell, shared by several calls."""

from __future__ import annotations

import re
from typing import Any

from .errors import ApiError, not_offered

Doc = dict[str, Any]

CURRENCY = re.compile(r"[a-z]{3}\Z")
MAX_AMOUNT = 99_999_999


def currency(value: str, param: str) -> str:
    """Return the currency in lower case; Stripe takes both and answers in lower case."""
    code = value.lower()
    if not CURRENCY.match(code):
        raise ApiError(
            f"Invalid currency: {value}. Stripe currently supports three-letter ISO currency codes.",
            param=param,
        )
    return code


def not_negative(value: int, param: str) -> int:
    if value < 0:
        raise ApiError("Invalid non-negative integer", code="parameter_invalid_integer", param=param)
    if value > MAX_AMOUNT:
        raise ApiError(
            "Amount must be no more than 999,999.99",
            code="amount_too_large",
            param=param,
        )
    return value


def positive(value: int, param: str) -> int:
    if value < 1:
        raise ApiError(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param=param
        )
    return not_negative(value, param)


def text(value: str | None, most: int, param: str) -> str | None:
    if value is not None and len(value) > most:
        raise ApiError(
            f"Invalid string: {value[:8]}...{value[-4:]}; must be at most {most} characters", param=param
        )
    return value


def metadata(given: Doc | str | None, param: str = "metadata", *, old: Doc | None = None) -> Doc:
    """Return `old` metadata with `given` laid over it; an empty value unsets a key, an empty text all."""
    if given == "":
        return {}
    merged = {**(old or {}), **(given if isinstance(given, dict) else {})}
    kept = {key: value for key, value in merged.items() if value != ""}
    if len(kept) > 50:
        raise ApiError("Metadata can have up to 50 keys.", param=param)
    for key, value in kept.items():
        _check_pair(key, value, param)
    return kept


def _check_pair(key: str, value: str, param: str) -> None:
    if len(key) > 40:
        raise ApiError(f"Metadata keys must be at most 40 characters. '{key[:40]}…' is longer.", param=param)
    if len(value) > 500:
        raise ApiError(
            f"Metadata values must be under 500 characters. The value for {key} is {len(value)}.",
            param=f"{param}[{key}]",
        )


def statement_text(value: str | None, param: str) -> str | None:
    """Check what is printed on the card statement: at most 22 characters, a letter, none of `<>\\'"*`."""
    if value is None:
        return None
    if len(value) > 22 or not re.search(r"[A-Za-z]", value) or re.search(r"[<>\\'\"*]", value):
        raise ApiError(
            "The statement descriptor must contain at least one letter, at most 22 characters, "
            "and none of < > \\ ' \" *.",
            param=param,
        )
    return value


def only(params: Doc, supported: frozenset[str]) -> None:
    """Refuse what Stripe knows but this simulator does not act on, instead of ignoring it."""
    for name in params:
        if name not in supported:
            raise not_offered(name)
