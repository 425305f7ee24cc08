"""Stock that comes, goes or turns out to be different: what staff do at the shelf."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, Model, Sum

from inventory.models import Location, StockItem, StockLevel, StockMovement
from inventory.services.errors import InventoryError, NotEnough
from inventory.services.ledger import Change, book

Kind = StockMovement.Kind
MOST_AT_ONCE = 1_000_000


def receive(
    sku: str, quantity: int, *, location: Location, cause: str, reason: str = "", by: Model | None = None
) -> StockLevel:
    """Put goods that arrived on the shelf. `cause` ("receipt 7") makes it happen once. Raises AlreadyBooked."""
    return _put(Kind.RECEIVE, sku, quantity, location=location, cause=cause, reason=reason, by=by)


def put_back(
    sku: str, quantity: int, *, location: Location, cause: str, reason: str = "", by: Model | None = None
) -> StockLevel:
    """Put returned goods on a shelf, sellable or damaged. `cause` makes it happen once. Raises AlreadyBooked."""
    return _put(Kind.PUT_BACK, sku, quantity, location=location, cause=cause, reason=reason, by=by)


def _put(
    kind: StockMovement.Kind,
    sku: str,
    quantity: int,
    *,
    location: Location,
    cause: str,
    reason: str,
    by: Model | None,
) -> StockLevel:
    if not 1 <= quantity <= MOST_AT_ONCE:
        raise InventoryError(f"A quantity must be from 1 to {MOST_AT_ONCE}.")
    return _move_one(kind, sku, quantity, location=location, cause=cause, reason=reason, by=by)


def adjust(
    sku: str, delta: int, *, location: Location, cause: str, reason: str, by: Model | None = None
) -> StockLevel:
    """Correct what is on the shelf by `delta` pieces, with a reason.

    `cause` makes it happen once. Raises NotEnough if the shelf would fall below zero, InventoryError without a reason,
    AlreadyBooked.
    """
    if not reason.strip():
        raise InventoryError("Say why the stock is adjusted.")
    if delta == 0 or abs(delta) > MOST_AT_ONCE:
        raise InventoryError(f"Adjust by at least 1 and at most {MOST_AT_ONCE} pieces.")
    return _move_one(Kind.ADJUST, sku, delta, location=location, cause=cause, reason=reason, by=by)


@transaction.atomic
def _move_one(
    kind: StockMovement.Kind,
    sku: str,
    delta: int,
    *,
    location: Location,
    cause: str,
    reason: str,
    by: Model | None,
) -> StockLevel:
    item = StockItem.objects.filter(sku=sku).first()
    if item is None:
        raise InventoryError(f"There is no item with the SKU {sku}.")
    level, _ = StockLevel.objects.get_or_create(item=item, location=location)
    change = Change(level=level, kind=kind, key=f"{kind} {cause} {level.pk}", reference=cause, on_hand=delta)
    book(
        [change],
        refuse=lambda failed: NotEnough(f"{location} holds fewer than {-delta} of {sku}."),
        reason=reason,
        by=by,
    )
    level.refresh_from_db()
    return level


def available(skus: Iterable[str]) -> dict[str, int]:
    """How many pieces of each SKU can be promised now, backorders included; never negative, 0 if unknown."""
    free = (
        StockLevel.objects.sellable()
        .filter(item__sku__in=list(skus))
        .values_list("item__sku", "item__backorder_limit")
        .annotate(free=Sum(F("on_hand") - F("reserved") - F("allocated")))
    )
    found = {sku: max(pieces + backorder, 0) for sku, backorder, pieces in free}
    return {sku: found.get(sku, 0) for sku in skus}
