"""A pick list on paper: gathered over all orders, place by place; or order by order."""

from collections.abc import Callable

from django.conf import settings
from django.utils import timezone
from reportlab.lib.units import mm

from config import console
from orders.papers.drawing import (
    BRAND,
    INK,
    LARGE,
    LEADING,
    LEFT,
    RIGHT,
    SMALL,
    SOFT,
    TEXT,
    TITLE,
    band,
    barcode,
    box,
    rule,
    text,
    wrap,
)
from orders.papers.layout import Head, Sheet
from orders.services import Heap, PickList, Take

PIECES, ITEM = LEFT + 20 * mm, LEFT + 25 * mm
CODE_WIDTH = 58 * mm
ITEM_WIDTH = RIGHT - CODE_WIDTH - 6 * mm - ITEM


def gathered(found: PickList) -> Sheet:
    """Go through the shelves once for all orders: what to take, and how it is shared among them."""
    sheet = _begin(found)
    for location, heaps in found.by_place:
        _title(sheet, str(location))
        for heap in heaps:
            _row(sheet, heap.first, heap.pieces, [_shares(heap)])
    return _end(sheet, found)


def by_order(found: PickList) -> Sheet:
    """One order after the other, each with its barcode."""
    sheet = _begin(found)
    for order, takes in found.by_order:
        address = order.shipping_address
        who = ", ".join(filter(None, [address.get("name", ""), address.get("city", "")]))
        _title(sheet, order.number, about=who, code=order.number)
        for take in takes:
            _row(sheet, take, take.pieces, [f"at {take.location}"])
    return _end(sheet, found)


SHEETS: dict[str, Callable[[PickList], Sheet]] = {"place": gathered, "order": by_order}


def _begin(found: PickList) -> Sheet:
    now = timezone.now()
    sheet = Sheet(Head(settings.SHOP_NAME, f"Pick list of {console.when(now)}"))
    orders = len(found.orders)
    counts = f"{found.pieces} pieces for {orders} order{'' if orders == 1 else 's'}"
    sheet.add(
        text(LEFT, sheet.y - 6, settings.SHOP_NAME, face=sheet.bold, size=13, color=BRAND),
        text(RIGHT, sheet.y - TITLE / 2, "Pick list", size=TITLE, face=sheet.bold, right=True),
        text(RIGHT, sheet.y - TITLE / 2 - 15, f"{counts} · {console.when(now)}", color=SOFT, right=True),
    )
    sheet.y -= 20 * mm
    return sheet


def _title(sheet: Sheet, words: str, *, about: str = "", code: str = "") -> None:
    """The name of a place or an order, never alone at the foot of a page."""
    height = 12 * mm if code else 7 * mm
    sheet.y -= 3 * mm
    sheet.needs(height + 20 * mm)
    sheet.add(band(sheet.y - height + 4.6 * mm, height))
    sheet.add(text(LEFT, sheet.y, words, size=LARGE, face=sheet.bold, color=BRAND))
    if about:
        sheet.add(text(LEFT, sheet.y - 5 * mm, wrap(about, sheet.regular, TEXT, 90 * mm)[0], color=SOFT))
    if code:
        sheet.add(
            barcode(RIGHT, sheet.y - 5.6 * mm, code, width=CODE_WIDTH + 6 * mm, height=8.5 * mm, right=True)
        )
    sheet.y -= height + 2.5 * mm


def _row(sheet: Sheet, take: Take, pieces: int, notes: list[str]) -> None:
    name = wrap(take.name, sheet.regular, TEXT, ITEM_WIDTH)[:3]
    small = [part for note in notes for part in wrap(note, sheet.regular, SMALL, ITEM_WIDTH)]
    height = max((1 + len(name)) * TEXT * LEADING + len(small) * SMALL * LEADING, 13 * mm) + 2.5 * mm
    sheet.needs(height)
    top = sheet.y
    sheet.add(
        box(LEFT, top - 1 * mm, 3.6 * mm),
        text(PIECES, top - 0.5 * mm, f"{pieces} ×", size=LARGE + 2, face=sheet.bold, right=True),
        text(ITEM, top, take.sku, face=sheet.bold),
        barcode(RIGHT, top - 5.5 * mm, take.code, width=CODE_WIDTH, height=8 * mm, right=True),
        text(RIGHT, top - 9 * mm, take.code, size=SMALL, color=SOFT, right=True),
    )
    sheet.y -= TEXT * LEADING
    for lines, size, color in ((name, TEXT, INK), (small, SMALL, SOFT)):
        for line in lines:
            sheet.add(text(ITEM, sheet.y, line, size=size, color=color))
            sheet.y -= size * LEADING
    sheet.y = top - height
    sheet.add(rule(sheet.y + 4 * mm))


def _shares(heap: Heap) -> str:
    return ", ".join(f"{take.order.number}: {take.pieces}" for take in heap.takes)


def _end(sheet: Sheet, found: PickList) -> Sheet:
    """What was left out, and why."""
    if not found.takes:
        sheet.paragraph(LEFT, ["Nothing waits to be taken."], width=RIGHT - LEFT)
    if found.left_out:
        _title(sheet, "Left out")
    for order, why in found.left_out:
        sheet.needs(2 * TEXT * LEADING)
        sheet.paragraph(LEFT, [f"{order.number}: {why}"], width=RIGHT - LEFT)
        sheet.y -= 2
    return sheet
