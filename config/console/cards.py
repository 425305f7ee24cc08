"""Figures on the front page: rooms sign up cards, the console knows none of their business."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from config.console.charts import Chart
from config.console.panels import Panel
from config.period import Period


@dataclass(frozen=True)
class Figure:
    """One number as people read it, what it is, and what it is to be compared with."""

    words: str
    shown: str
    note: str = ""


@dataclass(frozen=True)
class Card:
    """Figures of one kind, their charts, a table with the same, and a note that says what is counted and what not."""

    title: str
    figures: Sequence[Figure] = ()
    charts: Sequence[Chart] = ()
    table: Panel | None = None
    is_open: bool = False
    """Whether the table is what there is to see, not what stands behind a chart."""
    note: str = ""
    is_wide: bool = False


MakeCard = Callable[[Period], Card | None]


@dataclass(frozen=True)
class _Entry:
    place: int
    permission: str
    make: MakeCard


_entries: list[_Entry] = []


def card(*, permission: str, place: int) -> Callable[[MakeCard], MakeCard]:
    """Show what the function makes of a period on the front page, to those with the permission; low places first."""

    def sign_up(make: MakeCard) -> MakeCard:
        _entries.append(_Entry(place, permission, make))
        return make

    return sign_up


def has_cards(request: HttpRequest) -> bool:
    return any(request.user.has_perm(each.permission) for each in _entries)


def cards(request: HttpRequest, period: Period) -> list[Card]:
    """The cards that this member of staff may see; each makes a bounded number of queries."""
    made = [
        each.make(period)
        for each in sorted(_entries, key=lambda each: each.place)
        if request.user.has_perm(each.permission)
    ]
    return [each for each in made if each]


def change(now: int, before: int) -> str:
    """How a figure compares with the one before it: "+12 %", "−3 %", or nothing where that says nothing."""
    if not before:
        return ""
    percent = round((now - before) * 100 / before)
    return f"{percent:+d} %".replace("-", "−") if percent else "±0 %"
