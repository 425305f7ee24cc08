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
from orders.papers import slips
from orders.papers.layout import Sheet
from orders.papers.slips import Row, name_of
from orders.services import codes_of, pieces_to_ship


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
    made = []
    for order in found:
        packed = [(line, pieces_to_ship(line)) for line in order.lines.all()]
        if rows := _rows(packed, codes):
            made.append(_slip(order, rows, [(line.short, line) for line in order.lines.all()]))
    return made


def slips_of_parcels(parcels: QuerySet[Fulfilment]) -> list[Slip]:
    """A slip per parcel that was sent, of what it held; six queries."""
    found = list(
        parcels.order_by("pk").select_related("order").prefetch_related("lines__line", "order__lines")
    )
    codes = codes_of({row.line.sku for parcel in found for row in parcel.lines.all()})
    made = []
    for parcel in found:
        order = parcel.order
        rows = _rows([(row.line, row.quantity) for row in parcel.lines.all()], codes)
        left = [(line.quantity - line.cancelled - line.shipped, line) for line in order.lines.all()]
        made.append(_slip(order, rows, left, parcel))
    return made


def _rows(packed: Iterable[tuple[OrderLine, int]], codes: dict[str, str]) -> list[Row]:
    return [
        Row(pieces, name_of(line), line.sku, codes.get(line.sku, line.sku))
        for line, pieces in packed
        if pieces
    ]


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
    to_come = [(pieces, name_of(line)) for pieces, line in left if pieces > 0]
    return Slip(order, facts, rows, to_come, parcel)


def sheet_of(slip: Slip) -> Sheet:
    """Lay one slip out."""
    with languages.spoken(slip.order.language):
        return _sheet(slip)


def _sheet(slip: Slip) -> Sheet:
    order, title = slip.order, _("Packing slip")
    heading = f"{title} {order.number}" + (f"-{slip.parcel.pk}" if slip.parcel else "")
    sheet = slips.begin(title, order.number, heading)
    slips.address_and_facts(sheet, _("Delivered to"), addresses.lines_of(order.shipping_address), slip.facts)
    slips.table(sheet, slip.rows)
    _close(sheet, slip)
    return sheet


def _close(sheet: Sheet, slip: Slip) -> None:
    """What follows in another parcel, and what to do with what does not please."""
    sheet.y -= 4 * mm
    notes: list[str] = []
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
    slips.notes(sheet, notes)
