"""Numbers for papers of the warehouse, easy to read aloud and to type."""

import secrets

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def _number(kind: str) -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(7))
    return f"{kind}-{letters[:3]}-{letters[3:]}"


def receipt_number() -> str:
    """Return a random number such as R-7KM-2QXA: no 0/O, 1/I/L, U."""
    return _number("R")


def count_number() -> str:
    """Return a random number such as C-7KM-2QXA: no 0/O, 1/I/L, U."""
    return _number("C")
