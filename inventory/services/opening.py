"""Many deliveries at once: what `receive` does, hundreds of SKUs per statement; for opening stock and imports."""

from collections.abc import Collection, Mapping

from django.db import transaction
from django.db.models import Model

from inventory.models import Location, StockItem, StockLevel, StockMovement
from inventory.services.errors import InventoryError, NotEnough
from inventory.services.ledger import Change, book
from inventory.services.shelf import MOST_AT_ONCE

# SQLite refuses an expression deeper than 1000, and each level adds one step to it.
MOST_SKUS = 300


@transaction.atomic
def receive_many(
    pieces: Mapping[str, int], *, location: Location, cause: str, reason: str = "", by: Model | None = None
) -> int:
    """Put a whole delivery on the shelf, all of it or nothing; returns how many pieces that were.

    `pieces` maps at most `MOST_SKUS` SKUs to quantities. Levels, movements and their keys are those that `receive`
    with the same `cause` would leave for each SKU, so that either makes the other come to rest. Raises AlreadyBooked
    if one of them arrived before, InventoryError for an unknown SKU or a quantity that cannot be.
    """
    if len(pieces) > MOST_SKUS:
        raise InventoryError(f"At most {MOST_SKUS} SKUs arrive at once.")
    if not all(1 <= quantity <= MOST_AT_ONCE for quantity in pieces.values()):
        raise InventoryError(f"A quantity must be from 1 to {MOST_AT_ONCE}.")
    if not pieces:
        return 0
    kind = StockMovement.Kind.RECEIVE
    changes = [
        Change(
            level=level,
            kind=kind,
            key=f"{kind} {cause} {level.pk}",
            reference=cause,
            on_hand=pieces[level.item.sku],
        )
        for level in levels_at(pieces, location)
    ]
    book(changes, refuse=lambda failed: NotEnough("A shelf is gone."), reason=reason, by=by)
    return sum(pieces.values())


def levels_at(skus: Collection[str], location: Location) -> list[StockLevel]:
    """The levels of these SKUs at one place, made where there were none, in the order in which they are locked.

    Each comes with its item. Raises InventoryError for an unknown SKU.
    """
    items = dict(StockItem.objects.filter(sku__in=skus).values_list("sku", "pk"))
    if unknown := sorted(set(skus) - items.keys()):
        raise InventoryError(f"There is no item with the SKU {', '.join(unknown)}.")
    StockLevel.objects.bulk_create(
        [StockLevel(item_id=pk, location=location) for pk in sorted(items.values())], ignore_conflicts=True
    )
    levels = StockLevel.objects.filter(item__in=items.values(), location=location).select_related("item")
    return list(levels.in_order())
