"""Pages from templates: `$name` is replaced by escaped text, or by `Html` as it stands."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path
from string import Template

FOLDER = Path(__file__).parent / "templates"


class Html(str):
    """Markup that is safe as it is: our own, with everything foreign in it escaped already."""

    __slots__ = ()


def render(name: str, /, **values: object) -> Html:
    """Fill the template `name`; every value that is not Html is escaped, and each `$name` must have one."""
    return Html(_template(name).substitute({key: _safe(value) for key, value in values.items()}))


def join(parts: list[Html]) -> Html:
    return Html("".join(parts))


@cache
def _template(name: str) -> Template:
    return Template((FOLDER / name).read_text(encoding="utf-8"))


def _safe(value: object) -> str:
    if isinstance(value, Html):
        return value
    return "" if value is None else escape(str(value))
