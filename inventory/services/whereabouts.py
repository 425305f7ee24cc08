"""Where things lie: what is promised to whom at which place, and what another place could give instead."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Model

from inventory.models import AVAILABLE, Allocation, Location, StockLevel, StockMovement
from inventory.services.errors import InventoryError, NotEnough
from inventory.services.ledger import Change, book
from inventory.services.promises import lock_promises
from inventory.services.waiting import waits_of

Kind = StockMovement.Kind


@dataclass(frozen=True)
class Lying:
    """Pieces of one item at one place."""

    location: Location
    pieces: int

    def __str__(self) -> str:
        return f"{self.pieces} at {self.location}"


def promised_at(references: Iterable[str]) -> dict[str, list[Lying]]:
    """Where the pieces lie that are promised to these causes, in the order of the places; one query."""
    rows = (
        Allocation.objects.open()
        .filter(reference__in=list(references))
        .select_related("location")
        .order_by("location__priority", "location_id")
    )
    found: dict[str, list[Lying]] = defaultdict(list)
    for row in rows:
        found[row.reference].append(Lying(row.location, row.quantity))
    return found


def free_at(skus: Iterable[str]) -> dict[str, list[Lying]]:
    """What is neither held nor promised of each SKU at the places that feed the shop; one query."""
    levels = (
        StockLevel.objects.sellable()
        .filter(item__sku__in=list(skus))
        .annotate(free=AVAILABLE)
        .filter(free__gt=0)
        .select_related("item", "location")
        .order_by("location__priority", "location_id")
    )
    found: dict[str, list[Lying]] = defaultdict(list)
    for level in levels:
        found[level.item.sku].append(Lying(level.location, level.free))
    return found


def why_not_from(reference: str, quantity: int, location: Location) -> str:
    """Why `quantity` of what is promised to an order line cannot leave `location`, in a sentence; empty if it can.

    What lies there for the line counts, and what is free there: see `promise_from`.
    """
    if not location.is_sellable:
        return f"{location} does not feed the shop: nothing is sent from there."
    promises = Allocation.objects.open().filter(reference=reference)
    here = sum(row.quantity for row in promises if row.location_id == location.pk)
    waits = waits_of([reference]).get(reference, [])
    here -= sum(wait.pieces for wait in waits if wait.location == location.pk)
    level = StockLevel.objects.filter(location=location, item__in=promises.values("item")).first()
    free = max(level.available, 0) if level else 0
    if here + free < quantity:
        return f"{location} has not so many of it: {here} for this order, {free} free."
    return ""


@transaction.atomic
def promise_from(
    reference: str, quantity: int, *, location: Location, cause: str, by: Model | None = None
) -> int:
    """See to it that `quantity` of the pieces promised to an order line lie at `location`; how many moved there.

    What lies there already is left alone; the rest of the promise is taken back elsewhere and given there, if so much
    is free. No piece is carried anywhere: the promise moves, not the goods. `cause` makes it happen once. Runs while
    the line's order is locked. Raises NotEnough, InventoryError, AlreadyBooked.
    """
    if quantity < 1:
        raise InventoryError("A quantity must be at least 1.")
    if not location.is_sellable:
        raise InventoryError(f"{location} does not feed the shop: nothing is sent from there.")
    rows = lock_promises(Allocation, reference)
    there = sum(row.quantity for row, _ in rows if row.location_id == location.pk)
    left = missing = max(quantity - there, 0)
    taken: list[tuple[StockLevel, int]] = []
    for row, level in rows:
        pieces = min(left, row.quantity) if row.location_id != location.pk else 0
        if pieces:
            Allocation.objects.filter(pk=row.pk).update(quantity=F("quantity") - pieces)
            taken.append((level, pieces))
            left -= pieces
    if left:
        raise NotEnough(f"{left} more asked for than is allocated to {reference}.")
    if missing:
        _give(reference, missing, taken, location=location, cause=cause, by=by)
    return missing


def _give(
    reference: str,
    missing: int,
    taken: list[tuple[StockLevel, int]],
    *,
    location: Location,
    cause: str,
    by: Model | None,
) -> None:
    item = taken[0][0].item
    level = StockLevel.objects.filter(item=item, location=location).select_related("item").first()
    if level is None:
        raise NotEnough(f"{location} holds nothing of {item.sku}.")
    promise, _ = Allocation.objects.get_or_create(
        reference=reference, item=item, location=location, defaults={"quantity": 0}
    )
    Allocation.objects.filter(pk=promise.pk).update(quantity=F("quantity") + missing)
    changes = [
        Change(
            level=source,
            kind=Kind.DEALLOCATE,
            key=f"move {cause} {reference} {source.pk}",
            reference=reference,
            allocated=-pieces,
        )
        for source, pieces in taken
    ]
    changes.append(
        Change(
            level=level,
            kind=Kind.ALLOCATE,
            key=f"move {cause} {reference} {level.pk}",
            reference=reference,
            allocated=missing,
            overdraft=0,
        )
    )
    book(
        sorted(changes, key=lambda change: change.level.pk),
        refuse=lambda failed: NotEnough(f"{location} has not so many of {item.sku} free."),
        reason=f"From {location} instead",
        by=by,
    )
