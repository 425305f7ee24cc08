"""Stock that is promised: held for a checkout, allocated to an order, shipped or set free."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Model

from inventory.models import Allocation, Location, Reservation, StockLevel, StockMovement
from inventory.services.errors import InventoryError, NotEnough, OutOfStock
from inventory.services.ledger import Change, book
from inventory.services.waiting import waits_of

Kind = StockMovement.Kind


@transaction.atomic
def reserve(pieces: Mapping[str, int], *, reference: str, expires_at: datetime) -> None:
    """Hold stock for one checkout: every piece of it, or none.

    `pieces` maps SKU to a quantity of at least 1. Places that feed the shop are used in the order of their priority;
    backorders count at the first of them. Raises OutOfStock, naming each SKU that is short or unknown.
    """
    plan = _plan(pieces)
    changes = [
        Change(
            level=level,
            kind=Kind.RESERVE,
            key=f"reserve {reference} {level.pk}",
            reference=reference,
            reserved=quantity,
            overdraft=overdraft,
        )
        for level, quantity, overdraft in plan
    ]
    Reservation.objects.bulk_create(
        Reservation(
            reference=reference,
            item_id=level.item_id,
            location_id=level.location_id,
            quantity=quantity,
            expires_at=expires_at,
        )
        for level, quantity, _ in plan
    )
    book(changes, refuse=lambda failed: OutOfStock({change.level.item.sku for change in failed}))


def _plan(pieces: Mapping[str, int]) -> list[tuple[StockLevel, int, int]]:
    """Where to take each piece from: (level, quantity, backorders allowed there), in the order of the levels."""
    if any(quantity < 1 for quantity in pieces.values()):
        raise InventoryError("A quantity must be at least 1.")
    levels = (
        StockLevel.objects.sellable()
        .filter(item__sku__in=pieces)
        .select_related("item")
        .order_by("location__priority", "pk")
    )
    by_sku: dict[str, list[StockLevel]] = {sku: [] for sku in pieces}
    for level in levels:
        by_sku[level.item.sku].append(level)
    plan: list[tuple[StockLevel, int, int]] = []
    short = []
    for sku, quantity in pieces.items():
        parts = _split(by_sku[sku], quantity)
        if sum(part[1] for part in parts) < quantity:
            short.append(sku)
        plan.extend(parts)
    if short:
        raise OutOfStock(short)
    return sorted(plan, key=lambda part: part[0].pk)


def _split(levels: Sequence[StockLevel], quantity: int) -> list[tuple[StockLevel, int, int]]:
    parts: dict[int, tuple[StockLevel, int, int]] = {}
    for first, level in ((index == 0, level) for index, level in enumerate(levels)):
        overdraft = level.item.backorder_limit if first else 0
        take = min(quantity, max(level.available + overdraft, 0))
        if take:
            parts[level.pk] = (level, take, overdraft)
            quantity -= take
    return list(parts.values())


def hold_until(reference: str, until: datetime) -> None:
    """Say until when what this checkout holds is held now."""
    Reservation.objects.open().filter(reference=reference).update(expires_at=until)


@transaction.atomic
def release(reference: str, *, reason: str = "") -> int:
    """Set free whatever this checkout still holds and return how many pieces that was; 0 the second time."""
    held = lock_promises(Reservation, reference)
    if not held:
        return 0
    changes = [
        Change(
            level=level,
            kind=Kind.RELEASE,
            key=f"release {reference} {level.pk}",
            reference=reference,
            reserved=-row.quantity,
        )
        for row, level in held
    ]
    Reservation.objects.filter(pk__in=[row.pk for row, _ in held]).update(quantity=0)
    book(changes, refuse=lambda failed: NotEnough("More would be released than is held."), reason=reason)
    return sum(row.quantity for row, _ in held)


def allocate(hold: str, *, to: Mapping[str, str]) -> None:
    """Turn what the checkout `hold` holds into promises to order lines; `to` maps SKU to the line's reference.

    Runs inside the transaction that places the order, which any error must end. Raises NotEnough if nothing is held
    any more for one of the SKUs.
    """
    held = lock_promises(Reservation, hold)
    if {level.item.sku for _, level in held} != set(to):
        raise NotEnough("The stock that was held for this checkout has been set free.")
    Allocation.objects.bulk_create(
        Allocation(
            reference=to[level.item.sku],
            item_id=row.item_id,
            location_id=row.location_id,
            quantity=row.quantity,
        )
        for row, level in held
    )
    Reservation.objects.filter(pk__in=[row.pk for row, _ in held]).update(quantity=0)
    changes = [
        Change(
            level=level,
            kind=Kind.ALLOCATE,
            key=f"allocate {to[level.item.sku]} {level.pk}",
            reference=to[level.item.sku],
            reserved=-row.quantity,
            allocated=row.quantity,
        )
        for row, level in held
    ]
    book(changes, refuse=lambda failed: NotEnough("More would be allocated than is held."))


@transaction.atomic
def deallocate(
    reference: str, *, cause: str, quantity: int | None = None, reason: str = "", by: Model | None = None
) -> int:
    """Take back a promise to an order line, wholly or for `quantity` pieces; returns how many pieces were freed.

    `cause` names the act ("cancellation 7") and makes it happen once. Raises NotEnough, AlreadyBooked.
    """
    taken = _take(reference, quantity)
    changes = [
        Change(
            level=level,
            kind=Kind.DEALLOCATE,
            key=f"{cause} {reference} {level.pk}",
            reference=reference,
            allocated=-pieces,
        )
        for level, pieces in taken
    ]
    if changes:
        book(changes, refuse=_promise_is_gone, reason=reason, by=by)
    return sum(pieces for _, pieces in taken)


@transaction.atomic
def ship(
    reference: str, quantity: int, *, cause: str, location: Location | None = None, by: Model | None = None
) -> None:
    """Let pieces promised to an order line leave the shelf: those at `location`, or wherever they lie for it.

    `cause` names the act ("fulfilment 12") and makes it happen once. Raises NotEnough, AlreadyBooked.
    """
    changes = [
        Change(
            level=level,
            kind=Kind.SHIP,
            key=f"{cause} {reference} {level.pk}",
            reference=reference,
            on_hand=-pieces,
            allocated=-pieces,
        )
        for level, pieces in _take(reference, quantity, location, waiting_last=True)
    ]
    book(changes, refuse=_promise_is_gone, by=by)


def _promise_is_gone(failed: list[Change]) -> NotEnough:
    return NotEnough(f"Not enough on the shelf: {', '.join(change.level.item.sku for change in failed)}.")


def _take(
    reference: str,
    quantity: int | None,
    location: Location | None = None,
    *,
    waiting_last: bool = False,
) -> list[tuple[StockLevel, int]]:
    """Lower the open allocations of a line by `quantity`, or by all; where from, in the order of the levels.

    With `waiting_last`, pieces that do not lie on their shelf yet are touched when no others are left.
    """
    if quantity is not None and quantity < 1:
        raise InventoryError("A quantity must be at least 1.")
    rows = [
        (row, level)
        for row, level in lock_promises(Allocation, reference)
        if not location or row.location_id == location.pk
    ]
    promised = [row.quantity for row, _ in rows]
    wanted = sum(promised) if quantity is None else quantity
    if wanted > sum(promised):
        raise NotEnough(f"{wanted - sum(promised)} more asked for than is allocated to {reference}.")
    waits = _waits_by_level(reference) if waiting_last and len(rows) > 1 else {}
    there = _fill([row.quantity - waits.get((row.item_id, row.location_id), 0) for row, _ in rows], wanted)
    rest = _fill([most - part for most, part in zip(promised, there, strict=True)], wanted - sum(there))
    taken = []
    for (row, level), pieces in zip(rows, map(sum, zip(there, rest, strict=True)), strict=True):
        if pieces:
            Allocation.objects.filter(pk=row.pk).update(quantity=row.quantity - pieces)
            taken.append((level, pieces))
    return taken


def _waits_by_level(reference: str) -> dict[tuple[int, int], int]:
    found = waits_of([reference]).get(reference, [])
    return {(wait.item, wait.location): wait.pieces for wait in found}


def _fill(most: Sequence[int], quantity: int) -> list[int]:
    """Share `quantity` out, to the first as much as it can take, then to the next."""
    parts = []
    for each in most:
        parts.append(min(each, quantity))
        quantity -= parts[-1]
    return parts


def lock_levels(references: Iterable[str]) -> None:
    """Lock every level of the things that are promised to these causes, in the one order of the levels.

    For whoever then moves several of them one by one, in an order of their own, in the same transaction.
    """
    items = Allocation.objects.open().filter(reference__in=list(references)).values("item")
    list(StockLevel.objects.filter(item__in=items).in_order().select_for_update())


def lock_shelves(skus: Iterable[str]) -> None:
    """Lock every level of these things in the one order of the levels, as `lock_levels` does."""
    list(StockLevel.objects.filter(item__sku__in=list(skus)).in_order().select_for_update(of=("self",)))


def lock_promises(model: type[Reservation] | type[Allocation], reference: str) -> list[tuple]:
    """The open promises of one cause with their levels, locked, in the order of the levels."""
    rows = list(model.objects.open().filter(reference=reference).order_by("pk").select_for_update())
    if not rows:
        return []
    wanted = {(row.item_id, row.location_id): row for row in rows}
    levels = StockLevel.objects.filter(
        item__in=[row.item_id for row in rows], location__in=[row.location_id for row in rows]
    ).select_related("item")
    return [
        (wanted[level.item_id, level.location_id], level)
        for level in levels.in_order()
        if (level.item_id, level.location_id) in wanted
    ]
