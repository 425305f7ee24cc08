"""A packing slip: what is in the parcel, for whoever opens it. No prices; in the customer's own language."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from reportlab.lib.units import mm

from accounts import addresses
from config import languages
from orders.models import Fulfilment, Order, OrderLine
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
    TOP,
    band,
    barcode,
    rule,
    text,
    wrap,
)
from orders.papers.layout import Head, Sheet
from orders.services import codes_of, pieces_to_ship
from orders.services.invoice_content import seller

PIECES, ITEM = LEFT + 12 * mm, LEFT + 18 * mm
CODE_WIDTH = 58 * mm
ITEM_WIDTH = RIGHT - CODE_WIDTH - 6 * mm - ITEM


@dataclass(frozen=True)
class Row:
    """One thing in the parcel; `code` is what a reader finds on it."""

    pieces: int
    name: str
    sku: str
    code: str


@dataclass(frozen=True)
class Slip:
    """All that stands on a packing slip, in the order's language."""

    order: Order
    facts: list[tuple[str, str]]
    rows: list[Row]
    to_come: list[tuple[int, str]]
    parcel: Fulfilment | None = None


def slips_of_orders(orders: QuerySet[Order]) -> list[Slip]:
    """A slip per order, of all that waits to be packed; none for one of which nothing does. Three queries."""
    found = list(orders.order_by("pk").prefetch_related("lines"))
    codes = codes_of({line.sku for order in found for line in order.lines.all()})
    slips = []
    for order in found:
        packed = [(line, pieces_to_ship(line)) for line in order.lines.all()]
        if rows := _rows(packed, codes):
            slips.append(_slip(order, rows, [(line.short, line) for line in order.lines.all()]))
    return slips


def slips_of_parcels(parcels: QuerySet[Fulfilment]) -> list[Slip]:
    """A slip per parcel that was sent, of what it held; six queries."""
    found = list(
        parcels.order_by("pk").select_related("order").prefetch_related("lines__line", "order__lines")
    )
    codes = codes_of({row.line.sku for parcel in found for row in parcel.lines.all()})
    slips = []
    for parcel in found:
        order = parcel.order
        rows = _rows([(row.line, row.quantity) for row in parcel.lines.all()], codes)
        left = [(line.quantity - line.cancelled - line.shipped, line) for line in order.lines.all()]
        slips.append(_slip(order, rows, left, parcel))
    return slips


def _rows(packed: Iterable[tuple[OrderLine, int]], codes: dict[str, str]) -> list[Row]:
    return [
        Row(pieces, _name(line), line.sku, codes.get(line.sku, line.sku)) for line, pieces in packed if pieces
    ]


def _name(line: OrderLine) -> str:
    return f"{line.name}, {line.label}" if line.label else line.name


def _slip(
    order: Order,
    rows: list[Row],
    left: Iterable[tuple[int, OrderLine]],
    parcel: Fulfilment | None = None,
) -> Slip:
    with languages.spoken(order.language):
        facts = [
            (_("Order"), order.number),
            (_("Ordered on"), date_format(localtime(order.placed_at), "DATE_FORMAT")),
        ]
        if parcel:
            facts.append((_("Sent on"), date_format(localtime(parcel.shipped_at), "DATE_FORMAT")))
            if parcel.carrier:
                facts.append((_("Carrier"), parcel.carrier))
            if parcel.tracking_number:
                facts.append((_("Tracking number"), parcel.tracking_number))
        else:
            facts.append((_("Delivery"), order.shipping_name))
    to_come = [(pieces, _name(line)) for pieces, line in left if pieces > 0]
    return Slip(order, facts, rows, to_come, parcel)


def sheet_of(slip: Slip) -> Sheet:
    """Lay one slip out."""
    with languages.spoken(slip.order.language):
        return _sheet(slip)


def _sheet(slip: Slip) -> Sheet:
    shop, order, half = seller(), slip.order, (RIGHT - LEFT) / 2 - 6 * mm
    about = " · ".join(filter(None, [settings.SHOP_LEGAL_NAME, *settings.SHOP_ADDRESS, settings.SHOP_EMAIL]))
    title = _("Packing slip")
    heading = f"{title} {order.number}" + (f"-{slip.parcel.pk}" if slip.parcel else "")
    sheet = Sheet(Head(settings.SHOP_NAME, heading, about, _("Page %(page)s of %(pages)s")))
    sheet.y = TOP - LARGE
    sheet.paragraph(LEFT, [settings.SHOP_NAME], width=half, face=sheet.bold, size=13, color=BRAND)
    sheet.paragraph(LEFT, list(shop["lines"])[:5], width=half, size=SMALL + 0.5, color=SOFT)  # type: ignore[call-overload]
    sheet.add(
        text(RIGHT, TOP - TITLE, title, size=TITLE, face=sheet.bold, color=INK, right=True),
        barcode(RIGHT, TOP - TITLE - 17 * mm, order.number, width=64 * mm, height=11 * mm, right=True),
        text(RIGHT, TOP - TITLE - 21 * mm, order.number, size=LARGE, color=SOFT, right=True),
    )
    top = TOP - 40 * mm
    sheet.y = top
    sheet.add(text(LEFT, top, _("Delivered to"), size=SMALL, color=SOFT))
    sheet.y -= 13
    sheet.paragraph(LEFT, addresses.lines_of(order.shipping_address), width=half, size=LARGE)
    below, sheet.y = sheet.y, top
    for label, value in slip.facts:
        sheet.add(text(RIGHT - half, sheet.y, label, color=SOFT))
        sheet.paragraph(RIGHT - half + 34 * mm, [value], width=half - 34 * mm)
        sheet.y -= 2.5
    sheet.y = min(below, sheet.y) - 8 * mm
    _columns(sheet)
    for row in slip.rows:
        _row(sheet, row)
    _close(sheet, slip)
    return sheet


def _columns(sheet: Sheet) -> None:
    sheet.add(band(sheet.y - 2.2 * mm, 6.6 * mm))
    for x, words, right in ((PIECES, _("Pieces"), True), (ITEM, _("Item"), False), (RIGHT, "SKU", True)):
        sheet.add(text(x, sheet.y, words, size=SMALL + 0.5, face=sheet.bold, color=BRAND, right=right))
    sheet.y -= 9 * mm


def _row(sheet: Sheet, row: Row) -> None:
    name = wrap(row.name, sheet.regular, TEXT + 1, ITEM_WIDTH)[:5]
    height = max(len(name) * (TEXT + 1) * LEADING, 13 * mm) + 2.5 * mm
    if sheet.needs(height):
        _columns(sheet)
    top = sheet.y
    sheet.add(
        text(PIECES, top, str(row.pieces), size=LARGE + 1, face=sheet.bold, right=True),
        barcode(RIGHT, top - 5.5 * mm, row.code, width=CODE_WIDTH, height=8 * mm, right=True),
        text(RIGHT, top - 9 * mm, _codes(row), size=SMALL, color=SOFT, right=True),
    )
    for line in name:
        sheet.add(text(ITEM, sheet.y, line, size=TEXT + 1))
        sheet.y -= (TEXT + 1) * LEADING
    sheet.y = top - height
    sheet.add(rule(sheet.y + 4 * mm))


def _codes(row: Row) -> str:
    return row.sku if row.code == row.sku else f"{row.sku} · {row.code}"


def _close(sheet: Sheet, slip: Slip) -> None:
    """What follows in another parcel, and what to do with what does not please."""
    sheet.y -= 4 * mm
    notes = []
    if slip.to_come:
        follows = ", ".join(f"{pieces} × {name}" for pieces, name in slip.to_come)
        notes.append(_("Still to come in a parcel of its own: %(things)s.") % {"things": follows})
    page = reverse("orders:detail", args=[slip.order.number])
    if not slip.order.customer_id:
        page = reverse("orders:find")
    where = settings.PUBLIC_BASE_URL + page
    notes.append(
        _(
            "Something is wrong, or does not please? Open %(address)s with order number %(number)s. If you send "
            "something back, please put this slip into the parcel."
        )
        % {"address": where, "number": slip.order.number}
    )
    notes.append(_("The invoice is on the same page."))
    for note in notes:
        lines = wrap(note, sheet.regular, TEXT, RIGHT - LEFT)
        sheet.needs(len(lines) * TEXT * LEADING)
        sheet.paragraph(LEFT, [note], width=RIGHT - LEFT)
        sheet.y -= 3
