"""Goods that change their place, or leave for good because they broke."""

from django.db import transaction
from django.db.models import Model

from inventory.models import Location, StockItem, StockLevel, StockMovement
from inventory.services.errors import InventoryError, NoDamagedPlace, NotEnough
from inventory.services.ledger import Change, book
from inventory.services.shelf import MOST_AT_ONCE, adjust

Kind = StockMovement.Kind


@transaction.atomic
def transfer(
    sku: str,
    quantity: int,
    *,
    source: Location,
    target: Location,
    cause: str,
    reason: str = "",
    by: Model | None = None,
) -> tuple[StockLevel, StockLevel]:
    """Take pieces from one place to another and return both levels; what is promised stays where it is.

    `cause` ("transfer 7") makes it happen once; its movements add up to nothing. Raises NotEnough if fewer are free at
    the source, AlreadyBooked, InventoryError.
    """
    if not 1 <= quantity <= MOST_AT_ONCE:
        raise InventoryError(f"A quantity must be from 1 to {MOST_AT_ONCE}.")
    if source == target:
        raise InventoryError("A transfer leads to another place.")
    item = StockItem.objects.filter(sku=sku).first()
    if item is None:
        raise InventoryError(f"There is no item with the SKU {sku}.")
    levels = [StockLevel.objects.get_or_create(item=item, location=place)[0] for place in (source, target)]
    changes = [
        Change(
            level=level,
            kind=Kind.TRANSFER,
            key=f"{Kind.TRANSFER} {cause} {level.pk}",
            reference=cause,
            on_hand=delta,
            overdraft=0 if delta < 0 else None,
        )
        for level, delta in zip(levels, (-quantity, quantity), strict=True)
    ]
    book(
        changes,
        refuse=lambda failed: NotEnough(
            f"{source} has fewer than {quantity} of {sku} that are free; what is promised stays there."
        ),
        reason=reason,
        by=by,
    )
    for level in levels:
        level.refresh_from_db()
    return levels[0], levels[1]


def damaged_place() -> Location:
    """Where goods that broke are kept; the first of them by priority. Raises NoDamagedPlace."""
    place = Location.objects.filter(is_damaged=True).first()
    if place is None:
        raise NoDamagedPlace
    return place


def write_off(
    sku: str, quantity: int, *, location: Location, cause: str, reason: str, by: Model | None = None
) -> StockLevel:
    """Let damaged goods leave for good, with a reason. `cause` makes it happen once.

    Raises InventoryError if the place is not for damaged goods, without a reason, or for a quantity that cannot be;
    NotEnough, AlreadyBooked.
    """
    if not location.is_damaged:
        raise InventoryError(f"{location} is not for damaged goods: move them to such a place first.")
    if not 1 <= quantity <= MOST_AT_ONCE:
        raise InventoryError(f"A quantity must be from 1 to {MOST_AT_ONCE}.")
    return adjust(sku, -quantity, location=location, cause=cause, reason=reason, by=by)
