"""How an item stands over all its places: enough, low, out, or promised beyond what there is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import F, QuerySet

from inventory.models import StockAlert, StockLevel, threshold_of

Kind = StockAlert.Kind


@dataclass(frozen=True)
class Standing:
    """Pieces of one item: `free` where the shop sells from, `uncovered` where promises exceed what lies there."""

    free: int
    uncovered: int
    threshold: int
    backorder_limit: int

    @property
    def deficit(self) -> int:
        """How many pieces are promised beyond the shelf and the backorders that are allowed."""
        return max(self.uncovered - self.backorder_limit, 0)

    @property
    def kinds(self) -> frozenset[StockAlert.Kind]:
        """The alerts that are due."""
        due = {
            Kind.LOW: self.threshold > 0 and self.free <= self.threshold,
            Kind.OUT: self.free <= 0,
            Kind.DEFICIT: self.deficit > 0,
        }
        return frozenset(kind for kind, is_due in due.items() if is_due)


def levels_of(items: Iterable[int]) -> dict[int, StockLevel]:
    """All levels of these items, by primary key, with what `standings` reads; one query."""
    return {level.pk: level for level in _levels().filter(item__in=items)}


@cache
def _levels() -> QuerySet[StockLevel]:
    """Those of all items, to be filtered. The query is built once: it is part of every movement."""
    return StockLevel.objects.annotate(
        feeds_shop=F("location__is_sellable"),
        threshold=threshold_of("item__"),
        backorder_limit=F("item__backorder_limit"),
    )


def standings(levels: Iterable[Any], moved: Mapping[int, int] | None = None) -> dict[int, Standing]:
    """The standing of each item, from `levels_of`; before a movement if `moved` says what it did to what is free.

    `moved` maps the primary key of a level to a number of pieces.
    """
    parts: dict[int, list[tuple[Any, int]]] = defaultdict(list)
    for level in levels:
        parts[level.item_id].append((level, level.available - (moved or {}).get(level.pk, 0)))
    return {
        item: Standing(
            free=sum(free for level, free in of_it if level.feeds_shop),
            uncovered=sum(max(-free, 0) for _, free in of_it),
            threshold=of_it[0][0].threshold,
            backorder_limit=of_it[0][0].backorder_limit,
        )
        for item, of_it in parts.items()
    }
