"""What pages about stock share: movements, promises, and badges for how a thing stands."""

from collections.abc import Callable

from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.utils.safestring import SafeString

from config import console
from inventory.models import (
    AVAILABLE,
    Allocation,
    Reservation,
    StockLevel,
    StockMovement,
    threshold_of,
)

MOST_MOVEMENTS = 50
MOST_PROMISES = 50


def _delta_column(figure: str) -> Callable[[StockMovement], str]:
    @admin.display(description=figure.replace("_", " "))
    def column(move: StockMovement) -> str:
        delta, after = getattr(move, f"{figure}_delta"), getattr(move, f"{figure}_after")
        return f"{signed(delta)} → {after}" if delta else str(after)

    column.__name__ = figure
    return column


FIGURE_COLUMNS = tuple(_delta_column(figure) for figure in ("on_hand", "reserved", "allocated"))


# --- words about levels and movements ---------------------------------------------------------------
def with_free(levels: QuerySet) -> QuerySet:
    """Add `free` and `threshold` to each level."""
    return levels.annotate(free=AVAILABLE, threshold=threshold_of("item__"))


def low_levels() -> QuerySet[StockLevel]:
    """Levels that feed the shop and hold no more than their threshold."""
    return with_free(StockLevel.objects.sellable()).filter(free__lte=F("threshold"))


def standing(free: int, threshold: int, feeds_shop: bool) -> SafeString | str:
    """A badge that says whether there is enough."""
    if not feeds_shop:
        return console.badge("not for sale")
    if free <= 0:
        return console.badge("out", "bad")
    return console.badge("low", "warn") if free <= threshold else console.badge("enough", "good")


def signed(delta: int) -> str:
    return f"{delta:+d}".replace("-", "−") if delta else ""


def movement_rows(movements: QuerySet[StockMovement], *, with_location: bool) -> list[list[object]]:
    rows: list[list[object]] = []
    for move in movements.select_related("location", "actor")[:MOST_MOVEMENTS]:
        figures = [column(move) for column in FIGURE_COLUMNS]
        cause = console.reference_link(move.reference)
        where = [move.location] if with_location else []
        rows.append(
            [
                console.when(move.at),
                move.get_kind_display(),
                *where,
                *figures,
                cause,
                move.reason,
                move.actor or "",
            ]
        )
    return rows


def movement_panel(rows: list[list[object]], address: str, *, with_location: bool) -> console.Panel:
    where = ["Where"] if with_location else []
    first = 2 + len(where)
    return console.Panel(
        "Which movements made it",
        ["When", "What", *where, "On hand", "Reserved", "Allocated", "For", "Reason", "By"],
        rows,
        note=console.link(address, "All movements"),
        empty="Nothing has moved yet.",
        numbers=frozenset(range(first, first + 3)),
    )


def promise_rows(rule: Q) -> list[list[object]]:
    """Open reservations, those that end first on top, and then the oldest allocations."""
    holds = Reservation.objects.open().filter(rule).select_related("location").order_by("expires_at")
    owed = Allocation.objects.open().filter(rule).select_related("location").order_by("pk")
    return [
        ["reserved", row.quantity, row.location, console.reference_link(row.reference), _until(row)]
        for row in holds[:MOST_PROMISES]
    ] + [
        [
            "allocated",
            row.quantity,
            row.location,
            console.reference_link(row.reference),
            "until it is shipped",
        ]
        for row in owed[:MOST_PROMISES]
    ]


def _until(hold: Reservation) -> str:
    return f"until {console.when(hold.expires_at)}"


def promise_panel(rule: Q) -> console.Panel:
    return console.Panel(
        "Which orders and checkouts hold it",
        ["What", "Pieces", "Where", "For", "How long"],
        promise_rows(rule),
        empty="Nobody: all of it is free.",
        numbers=frozenset({1}),
    )
