"""Who waits for what: promised pieces that do not lie on the shelf. Nothing is stored; it follows from the shelf.

What lies on a shelf is for the oldest promises to orders, so goods that arrive fill them in that order. What exceeds
the shelf waits: on backorder as far as the item's limit goes, and beyond that it is missing.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, QuerySet

from inventory.models import Allocation, StockItem, StockLevel


@dataclass(frozen=True)
class Wait:
    """So many `pieces` of one promise are not there; `beyond` of them are more than may be backordered."""

    item: int
    location: int
    reference: str
    promised: int
    pieces: int
    beyond: int
    since: datetime


def lock_item(item: int) -> None:
    """Let nobody else share out this item (a primary key) until the transaction ends; stops no sale."""
    StockItem.objects.select_for_update(no_key=True).get(pk=item)


def sku_of(item: int) -> str:
    return StockItem.objects.values_list("sku", flat=True).get(pk=item)


def short_levels() -> QuerySet[StockLevel]:
    """Levels on which less lies than is promised to orders."""
    return StockLevel.objects.filter(allocated__gt=F("on_hand"))


def waiting(items: Iterable[int]) -> list[Wait]:
    """Every promise of these items (primary keys) that waits, the oldest first; one query if none does, else three."""
    levels = short_levels().filter(item__in=list(items)).values_list("item", "location", "on_hand")
    shelf = {(item, location): on_hand for item, location, on_hand in levels}
    if not shelf:
        return []
    limits = StockItem.objects.filter(pk__in=[item for item, _ in shelf])
    allowed = defaultdict(int, limits.values_list("pk", "backorder_limit"))
    waits = []
    rows = Allocation.objects.open().filter(item__in=list(allowed)).order_by("pk")
    for row in rows:
        place = (row.item_id, row.location_id)
        if place not in shelf:
            continue
        there = min(shelf[place], row.quantity)
        shelf[place] -= there
        if pieces := row.quantity - there:
            backordered = min(allowed[row.item_id], pieces)
            allowed[row.item_id] -= backordered
            beyond = pieces - backordered
            waits.append(Wait(*place, row.reference, row.quantity, pieces, beyond, row.created_at))
    return waits


def waits_of(references: Iterable[str]) -> dict[str, list[Wait]]:
    """What of these promises ("order T-… line 3") waits; one query if nothing does."""
    wanted = set(references)
    level = short_levels().filter(item=OuterRef("item"), location=OuterRef("location"))
    rows = Allocation.objects.open().filter(Exists(level), reference__in=wanted)
    items = rows.values_list("item", flat=True)
    found: dict[str, list[Wait]] = defaultdict(list)
    for wait in waiting(set(items)) if items else []:
        if wait.reference in wanted:
            found[wait.reference].append(wait)
    return dict(found)
