"""Tables that pages of words may hold: a paragraph "{delivery}" becomes what a room says it is, as it is now."""

import re
from collections.abc import Callable

_INSERT = re.compile(r"<p>\{([a-z]{1,40})\}</p>")
_makers: dict[str, Callable[[], str]] = {}


def register(name: str, make: Callable[[], str]) -> None:
    """Sign up an insert under its name; `make` gives HTML that is safe, such as that of a template."""
    _makers[name] = make


def names() -> list[str]:
    return sorted(_makers)


def fill(html: str) -> str:
    """Put the inserts into a page's safe HTML; an unknown name stays as it was typed."""
    return _INSERT.sub(lambda found: _makers[found[1]]() if found[1] in _makers else found[0], html)
