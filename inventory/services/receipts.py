"""Receiving against what was announced: a receipt from its opening to its end."""

from collections.abc import Collection, Mapping

from django.db import transaction
from django.db.models import Max, Model
from django.utils import timezone

from config.states import Machine, Move
from inventory.models import Location, Receipt, ReceiptLine, StockItem, StockMovement
from inventory.services.errors import AlreadyBooked, InventoryError, NotEnough
from inventory.services.ledger import Change, book
from inventory.services.opening import levels_at
from inventory.services.shelf import MOST_AT_ONCE

MOST_LINES = 200
"""Of one paper; `book` takes a few more at once."""
S = Receipt.State
RECEIPT_MOVES = Machine(
    {
        "take_goods": Move({S.OPEN}, S.OPEN),
        "be_completed": Move({S.OPEN}, S.RECEIVED),
        "be_closed": Move({S.OPEN}, S.CLOSED),
    }
)


@transaction.atomic
def expect_receipt(
    pieces: Mapping[str, int],
    *,
    location: Location,
    supplier: str,
    delivery_note: str = "",
    by: Model | None = None,
) -> Receipt:
    """Write down a delivery that is on its way; `pieces` maps SKU to the quantity that was announced.

    Moves no stock. Raises InventoryError for no or too many lines, an unknown SKU, a quantity that cannot be.
    """
    if not 1 <= len(pieces) <= MOST_LINES:
        raise InventoryError(f"A receipt has from 1 to {MOST_LINES} lines.")
    _check(pieces)
    items = _items(pieces)
    receipt = Receipt.objects.create(
        location=location, supplier=supplier, delivery_note=delivery_note, created_by=by
    )
    ReceiptLine.objects.bulk_create(
        ReceiptLine(receipt=receipt, position=position, item=items[sku], expected=quantity)
        for position, (sku, quantity) in enumerate(pieces.items(), start=1)
    )
    return receipt


@transaction.atomic
def receive_against(
    receipt: Receipt, pieces: Mapping[str, int], *, key: str, by: Model | None = None
) -> list[ReceiptLine]:
    """Put what came of a receipt on its shelf: one movement per line, all or none; returns these lines as they are now.

    `pieces` maps SKU to what came in this go, at least 1 each. More than was announced is taken, and so is an item that
    was not: it gets a line with 0 announced. `key`, at most 40 characters, names this go and makes it happen once.
    Raises IllegalMove if the receipt is closed, AlreadyBooked, InventoryError.
    """
    if not pieces:
        raise InventoryError("Say what came.")
    _check(pieces)
    RECEIPT_MOVES.advance(receipt, "take_goods")  # Its row is ours until the commit.
    lines = _lines(receipt, pieces)
    changes = [
        Change(
            level=level,
            kind=StockMovement.Kind.RECEIVE,
            key=f"receive {lines[level.item.sku].reference} {key} {level.pk}",
            reference=lines[level.item.sku].reference,
            on_hand=pieces[level.item.sku],
        )
        for level in levels_at(pieces, receipt.location)
    ]
    book(
        changes,
        refuse=lambda failed: NotEnough("A shelf is gone."),
        reason=f"{receipt.supplier} {receipt.delivery_note}".strip(),
        by=by,
    )
    for sku, line in lines.items():
        line.received += pieces[sku]
    ReceiptLine.objects.bulk_update(lines.values(), ["received"])
    return list(lines.values())


@transaction.atomic
def correct_receipt(
    receipt: Receipt, sku: str, received: int, *, reason: str, key: str, by: Model | None = None
) -> ReceiptLine:
    """Set right how many of one line came, where a figure was wrong: the shelf is adjusted by the difference.

    `key`, at most 40 characters, makes it happen once. Raises IllegalMove if the receipt is closed, NotEnough if the
    shelf would fall below zero, AlreadyBooked, InventoryError.
    """
    if not reason.strip():
        raise InventoryError("Say why the figure is corrected.")
    if not 0 <= received <= MOST_AT_ONCE:
        raise InventoryError(f"A quantity must be from 0 to {MOST_AT_ONCE}.")
    RECEIPT_MOVES.advance(receipt, "take_goods")  # Its row is ours until the commit.
    line = receipt.lines.filter(item__sku=sku).select_related("item").first()
    if line is None:
        raise InventoryError(f"{receipt} has no line of {sku}.")
    line.receipt = receipt
    [level] = levels_at([sku], receipt.location)
    kind = StockMovement.Kind.ADJUST
    name, delta = f"{kind} {line.reference} {key} {level.pk}", received - line.received
    if StockMovement.objects.filter(key=name).exists():
        raise AlreadyBooked("This was booked before; the stock was not moved again.")
    if not delta:
        raise InventoryError(f"The receipt says already that {received} of {sku} came.")
    book(
        [Change(level=level, kind=kind, key=name, reference=line.reference, on_hand=delta)],
        refuse=lambda failed: NotEnough(f"{receipt.location} holds fewer than {-delta} of {sku}."),
        reason=reason,
        by=by,
    )
    line.received = received
    line.save(update_fields=["received"])
    return line


@transaction.atomic
def close_receipt(receipt: Receipt, *, by: Model | None = None) -> Receipt:
    """Say that no more will come. It ends as received, or as closed with a difference.

    Raises IllegalMove if it is closed already.
    """
    RECEIPT_MOVES.advance(receipt, "take_goods")  # Nothing more comes in between looking and closing.
    act = "be_closed" if receipt.lines.different().exists() else "be_completed"
    RECEIPT_MOVES.advance(receipt, act, closed_at=timezone.now(), closed_by=by)
    return receipt


def _check(pieces: Mapping[str, int]) -> None:
    if not all(1 <= quantity <= MOST_AT_ONCE for quantity in pieces.values()):
        raise InventoryError(f"A quantity must be from 1 to {MOST_AT_ONCE}.")


def _items(skus: Collection[str]) -> dict[str, StockItem]:
    items = {item.sku: item for item in StockItem.objects.filter(sku__in=skus)}
    if unknown := sorted(set(skus) - items.keys()):
        raise InventoryError(f"There is no item with the SKU {', '.join(unknown)}.")
    return items


def _lines(receipt: Receipt, pieces: Mapping[str, int]) -> dict[str, ReceiptLine]:
    """The receipt's line of each SKU; what was not announced gets one. The receipt's row is ours already."""
    known = {
        line.item.sku: line for line in receipt.lines.filter(item__sku__in=pieces).select_related("item")
    }
    surprises = [sku for sku in pieces if sku not in known]
    if surprises:
        last = receipt.lines.aggregate(last=Max("position"))["last"]
        if last + len(surprises) > MOST_LINES:
            raise InventoryError(f"A receipt has at most {MOST_LINES} lines: begin another for what is left.")
        items = _items(surprises)
        new = [
            ReceiptLine(receipt=receipt, position=position, item=items[sku], expected=0)
            for position, sku in enumerate(surprises, start=last + 1)
        ]
        known |= {line.item.sku: line for line in ReceiptLine.objects.bulk_create(new)}
    for line in known.values():
        line.receipt = receipt
    return known
