"""Words beside a row's state that a room above knows: an order's payment of which nobody knows yet."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Exists, Model, QuerySet
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from config.console.words import badge


@dataclass(frozen=True)
class Mark:
    """`holds` says of which rows it is true, as part of the one query that reads them."""

    name: str
    words: str
    tone: str
    holds: Callable[[], Exists]

    @property
    def column(self) -> str:
        return f"mark_{self.name}"


_marks: dict[type[Model], list[Mark]] = {}


def mark(
    model: type[Model], name: str, words: str, holds: Callable[[], Exists], *, tone: str = "warn"
) -> None:
    """Sign up a mark for the rows of a model; `marked` shows it."""
    _marks.setdefault(model, []).append(Mark(name, words, tone, holds))


def with_marks(rows: QuerySet) -> QuerySet:
    """The same rows, each knowing its marks."""
    return rows.annotate(**{each.column: each.holds() for each in _marks.get(rows.model, [])})


def marked(word: str, row: Model) -> SafeString:
    """A word or badge, and the row's marks behind it."""
    own = [each for each in _marks.get(type(row), []) if getattr(row, each.column, False)]
    return format_html_join(" ", "{}", [(word,), *((badge(each.words, each.tone),) for each in own)])
