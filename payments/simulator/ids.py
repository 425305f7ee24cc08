"""Identifiers that look like Stripe's: a prefix that tells the kind, then random letters and digits."""

from __future__ import annotations

import secrets
import string

ALPHABET = string.ascii_letters + string.digits


def random_text(length: int) -> str:
    """Return `length` random letters and digits."""
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in secrets.token_bytes(length))


def new_id(prefix: str) -> str:
    return f"{prefix}_{random_text(24)}"


def new_session_id() -> str:
    """Checkout Session ids are long, because whoever knows one may pay it."""
    return f"cs_test_a1{random_text(56)}"


def new_request_id() -> str:
    return f"req_{random_text(14)}"
