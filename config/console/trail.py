"""The bell that rings when staff did something; `accounts` hears it and writes the audit entry."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Model, QuerySet
from django.dispatch import Signal

staff_acted = Signal()
"""Sent with actor, act, subject, row, before, after, inside the transaction of the act: both stay or neither."""
_row: ContextVar[str] = ContextVar("row", default="")
_heard: ContextVar[list[str] | None] = ContextVar("heard", default=None)


def name_of(row: Model) -> str:
    """How the trail names a row, whatever its number for people: "orders.order 12"."""
    return f"{row._meta.label_lower} {row.pk}"


@contextmanager
def listening(row: Model | None = None) -> Iterator[list[str]]:
    """Collect the acts that are audited meanwhile, and name the row, if it is one, in what is written."""
    heard: list[str] = []
    heard_before, row_before = _heard.set(heard), _row.set(name_of(row) if row else "")
    try:
        yield heard
    finally:
        _heard.reset(heard_before)
        _row.reset(row_before)


def audit(
    actor: object,
    act: str,
    subject: str,
    *,
    row: Model | None = None,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Leave a trace of what a member of staff did to what: "receive", "stock item MUG-1".

    `row` is what the page was about, by which its history finds the entry; in an act it is known already. `before` and
    `after` may hold rows and times; they are kept as text.
    """
    if (heard := _heard.get()) is not None:
        heard.append(act)
    staff_acted.send(
        sender=None,
        actor=actor,
        act=act[:60],
        subject=subject[:120],
        row=name_of(row) if row else _row.get(),
        before=plain(before or {}),
        after=plain(after or {}),
    )


@dataclass(frozen=True)
class Trace:
    """One entry of the trail, as a row's page tells it; `change` is for those who may see the whole trail."""

    at: datetime
    who: str
    act: str
    change: str


Tell = Callable[[str, int], list[Trace]]
_tellers: list[Tell] = []


def tells_the_trail(tell: Tell) -> Tell:
    """Sign up who knows the entries about a row (`name_of`), newest first, so many at most."""
    _tellers.append(tell)
    return tell


def traces_of(row: Model, *, most: int) -> list[Trace]:
    return [trace for tell in _tellers for trace in tell(name_of(row), most)]


def plain(value: object) -> object:
    """Make a form's value fit for JSON: rows and times become text, quantities of them lists."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, QuerySet | list | tuple | set):
        return [plain(each) for each in value]
    return str(value) if not isinstance(value, Model) else f"{value} ({value.pk})"
