"""What each call accepts, taken from the installed `stripe` package's own typed parameters.

Stripe refuses what it does not know: unknown names, wrong types, values outside an enumeration. The
package declares all three as `TypedDict`s, so they are compiled from there, once per class, and the
simulator cannot drift from the SDK that the shop uses.
"""

from __future__ import annotations

import re
import sys
import types
import typing
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

import typing_extensions
from stripe._request_options import RequestOptions

from .errors import ApiError, missing_param

MAX_TEXT = 5_000
INTEGER = re.compile(r"[+-]?\d{1,18}\Z")
OPTIONS = frozenset(RequestOptions.__annotations__)
UNIONS = (typing.Union, types.UnionType)
REQUIRED_MARKS = (
    typing.NotRequired,
    typing.Required,
    typing_extensions.NotRequired,
    typing_extensions.Required,
)


@dataclass(frozen=True)
class Field:
    """What one parameter may be; several of these can hold at once, as in `Literal["now"] | int`."""

    choices: tuple[str, ...] = ()
    may_be_empty: bool = False
    text: bool = False
    integer: bool = False
    boolean: bool = False
    number: bool = False
    mapping: bool = False
    items: Field | None = None
    fields: dict[str, Field] | None = field(default=None, hash=False)
    required: bool = False

    def read(self, value: Any, path: str) -> Any:
        """Return `value` as its Python type; raises ApiError naming `path` when it is none of them."""
        if isinstance(value, dict):
            return self._read_nested(value, path)
        if value == "":
            return self._read_empty(path)
        return self._read_scalar(value, path)

    def _read_nested(self, value: dict[str, Any], path: str) -> Any:
        if self.items:
            return [self.items.read(item, f"{path}[{n}]") for n, item in enumerate(_in_order(value, path))]
        if self.fields is not None:
            return read_object(self.fields, value, path)
        if self.mapping:
            return _read_mapping(value, path)
        raise ApiError(f"Invalid {self._noun()}: {path} cannot be a hash or an array.", param=path)

    def _read_empty(self, path: str) -> str:
        if self.may_be_empty or self.mapping:
            return ""
        raise ApiError(
            f"You passed an empty string for '{path}'. We assume empty values are an attempt to unset a "
            f"parameter; however '{path}' cannot be unset. You should remove '{path}' from your request "
            "or supply a non-empty value.",
            code="parameter_invalid_empty",
            param=path,
        )

    def _read_scalar(self, value: str, path: str) -> Any:
        if value in self.choices:
            return value
        if self.integer and INTEGER.match(value):
            return int(value)
        if self.boolean and value in ("true", "false"):
            return value == "true"
        if self.number and _is_number(value):
            return value
        if self.text and not self.choices:
            return _short_enough(value, path)
        raise self._refusal(value, path)

    def _refusal(self, value: str, path: str) -> ApiError:
        if self.integer:
            return ApiError(f"Invalid integer: {value}", code="parameter_invalid_integer", param=path)
        if self.choices:
            return ApiError(f"Invalid {path}: must be one of {_one_of(self.choices)}", param=path)
        return ApiError(f"Invalid {self._noun()}: {value}", param=path)

    def _noun(self) -> str:
        if self.boolean:
            return "boolean"
        if self.number:
            return "decimal"
        if self.items:
            return "array"
        return "object" if self.fields is not None or self.mapping else "string"


def read_object(fields: dict[str, Field], value: dict[str, Any], path: str = "") -> dict[str, Any]:
    """Check `value` against `fields`: unknown names first, then missing ones, then each value."""
    unknown = [_join(path, name) for name in value if name not in fields]
    if unknown:
        noun = "parameter" if len(unknown) == 1 else "parameters"
        raise ApiError(
            f"Received unknown {noun}: {', '.join(unknown)}", code="parameter_unknown", param=unknown[0]
        )
    for name, wanted in fields.items():
        if wanted.required and name not in value:
            raise missing_param(_join(path, name))
    return {name: fields[name].read(item, _join(path, name)) for name, item in value.items()}


@cache
def fields_of(params: type) -> dict[str, Field]:
    """Compile the SDK's `TypedDict` into fields; what only steers the SDK (`RequestOptions`) is left out."""
    own = {name: hint for name, hint in params.__annotations__.items() if name not in OPTIONS}
    module = sys.modules[params.__module__]
    holder = type("Hints", (), {"__annotations__": own, "__module__": module.__name__})
    hints = typing.get_type_hints(holder, include_extras=True)
    return {name: _field(hint) for name, hint in hints.items()}


def _field(hint: Any) -> Field:
    origin = typing.get_origin(hint)
    if origin in REQUIRED_MARKS:
        inner = _field(typing.get_args(hint)[0])
        return replace(inner, required=origin in (typing.Required, typing_extensions.Required))
    return replace(_value(hint), required=True)


def _value(hint: Any) -> Field:
    origin = typing.get_origin(hint)
    if origin in UNIONS:
        return _merge([_value(arg) for arg in typing.get_args(hint) if arg is not type(None)])
    if origin in (typing.Literal, typing_extensions.Literal):
        values = typing.get_args(hint)
        return Field(choices=tuple(str(v) for v in values if v != ""), may_be_empty="" in values)
    if origin in (list, typing.List):  # noqa: UP006
        return Field(items=_value(typing.get_args(hint)[0]))
    if typing.is_typeddict(hint) or typing_extensions.is_typeddict(hint):
        return Field(fields=fields_of(hint))
    return _plain_value(hint if origin is None else origin)


def _plain_value(hint: Any) -> Field:
    if hint is bool:
        return Field(boolean=True)
    if hint is int:
        return Field(integer=True)
    if hint in (float, Decimal):
        return Field(number=True)
    if hint is str:
        return Field(text=True)
    return Field(mapping=True)


def _merge(parts: list[Field]) -> Field:
    """One field that takes what any of `parts` takes.

    `Literal["a", "b"] | str` stays an enumeration: that is how the SDK writes enumerations that may
    grow, while the API refuses what it does not know today.
    """
    return Field(
        choices=tuple(choice for part in parts for choice in part.choices),
        may_be_empty=any(part.may_be_empty for part in parts),
        text=any(part.text for part in parts),
        integer=any(part.integer for part in parts),
        boolean=any(part.boolean for part in parts),
        number=any(part.number for part in parts),
        mapping=any(part.mapping for part in parts),
        items=next((part.items for part in parts if part.items), None),
        fields=next((part.fields for part in parts if part.fields is not None), None),
    )


def _in_order(value: dict[str, Any], path: str) -> list[Any]:
    if not all(key.isdecimal() and len(key) < 10 for key in value):
        raise ApiError(f"Invalid array: {path} must be an array.", param=path)
    return [value[key] for key in sorted(value, key=int)]


def _read_mapping(value: dict[str, Any], path: str) -> dict[str, str]:
    for key, item in value.items():
        if isinstance(item, dict):
            raise ApiError(f"Invalid string: {path}[{key}] must be a string.", param=f"{path}[{key}]")
    return dict(value)


def _is_number(value: str) -> bool:
    try:
        return Decimal(value).is_finite()
    except InvalidOperation:
        return False


def _short_enough(value: str, path: str) -> str:
    if len(value) > MAX_TEXT:
        raise ApiError(
            f"Invalid string: {value[:8]}...{value[-4:]}; must be at most {MAX_TEXT} characters", param=path
        )
    return value


def _one_of(choices: tuple[str, ...]) -> str:
    if len(choices) == 1:
        return choices[0]
    if len(choices) == 2:
        return " or ".join(choices)
    return f"{', '.join(choices[:-1])}, or {choices[-1]}"


def _join(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name
