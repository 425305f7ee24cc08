"""The slip that a customer prints and puts into the parcel: what comes back, and the return's number to scan."""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from reportlab.lib.units import mm

from accounts import addresses
from config import languages
from orders.papers import slips
from orders.papers.drawing import LARGE
from orders.papers.layout import Sheet
from orders.papers.slips import Row, name_of
from orders.services import codes_of
from returns import services
from returns.models import ReturnLine, ReturnRequest


def sheet_of(request: ReturnRequest) -> Sheet:
    """Lay the slip of an authorised return out, in the language of its order; two queries."""
    lines = [row for row in request.lines.select_related("line") if row.approved]
    codes = codes_of({row.line.sku for row in lines})
    with languages.spoken(request.language):
        return _sheet(request, lines, codes)


def _sheet(request: ReturnRequest, lines: list[ReturnLine], codes: dict[str, str]) -> Sheet:
    title = _("Return slip")
    sheet = slips.begin(title, request.number, f"{title} {request.number}")
    slips.address_and_facts(
        sheet, _("Send it to"), services.return_address(), _facts(request), size=LARGE + 2
    )
    slips.table(
        sheet,
        [
            Row(row.approved, name_of(row.line), row.line.sku, codes.get(row.line.sku, row.line.sku))
            for row in lines
        ],
    )
    sheet.y -= 4 * mm
    slips.notes(sheet, _notes(request))
    return sheet


def _facts(request: ReturnRequest) -> list[tuple[str, str]]:
    facts = [
        (_("Return"), request.number),
        (_("Order"), request.order.number),
        (_("Asked for on"), date_format(localtime(request.asked_at), "DATE_FORMAT")),
        (_("From"), addresses.lines_of(request.order.shipping_address)[0]),
    ]
    if request.expires_on:
        facts.append((_("To be here by"), date_format(request.expires_on, "DATE_FORMAT")))
    return facts


def _notes(request: ReturnRequest) -> list[str]:
    return [
        _("Please put this slip into the parcel, on top of the goods, and send nothing else with it."),
        _(
            "Pack the goods so that they arrive as they left, and keep the receipt of your carrier until all is done."
        ),
        _("You get something else instead. We send it when we have looked at what came.")
        if request.is_exchange
        else _("Your money goes back when we have looked at what came."),
    ]
