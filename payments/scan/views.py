"""The doors of the scan desk: one page per mode, and the sheet of command codes."""

import io
from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from config import console
from inventory.models import Location, Receipt, StockCount, StockItem
from orders.models import Order
from payments.scan import look, pick
from payments.scan.answers import BAD, GOOD, Answer, bad, hint
from payments.scan.codes import LONGEST, MODES, Carrier, Command, Elsewhere, Known, Unclear, read
from payments.scan.stock import Counting, Receiving
from payments.scan.tray import Tray

DESKS: dict[str, Any] = {"look": look, "pick": pick, "receive": Receiving, "count": Counting}
# What each mode can begin with.
USES: dict[str, tuple[type, ...]] = {
    "look": (StockItem, Order, Location, Receipt, StockCount),
    "pick": (Order,),
    "receive": (Receipt,),
    "count": (StockCount,),
}
LEVELS = {GOOD: messages.SUCCESS, BAD: messages.ERROR}


def address_of(mode: str, tray: Tray | None = None) -> str:
    query = tray.query if tray else ""
    return reverse(f"admin:scan_{mode}") + (f"?{query}" if query else "")


def page(mode: str, site: AdminSite, request: HttpRequest) -> HttpResponse:
    """Show what was scanned so far; a scan is answered by a redirect to what is the case now."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    tray = Tray.read(request.GET, request.POST)
    if request.method == "POST":
        answer = hear(request, mode, tray)
        messages.add_message(request, LEVELS.get(answer.tone, messages.INFO), answer.words)
        to = answer.address or address_of(answer.mode or mode, answer.tray)
        return HttpResponseRedirect(to, status=303)
    command = next(each for each in MODES if each.name == mode)
    context = {
        **site.each_context(request),
        "title": command.words,
        "mode": mode,
        "modes": [
            (each, address_of(each.name))
            for each in MODES
            if request.user.has_perm(DESKS[each.name].PERMISSION)
        ],
        "tray": tray,
        **DESKS[mode].show(request, tray),
    }
    return TemplateResponse(request, f"admin/scan/{mode}.html", context)


def hear(request: HttpRequest, mode: str, tray: Tray) -> Answer:
    """Say what a scan means in this mode."""
    text = (request.POST.get("command") or request.POST.get("scan", ""))[:LONGEST]
    known: Known | Carrier | None = None
    try:
        known = read(text) if text.strip() else None
    except Unclear as error:
        is_number = mode != "look" and text.strip().isdigit() and len(text.strip()) <= 5
        if not is_number and tray.step != "track":
            return bad(tray, str(error))
    if isinstance(known, Command) and known.name in DESKS:
        return _turn(request, known.name, tray)
    if isinstance(known, Carrier):
        return hint(Tray.read(_with(request, carrier=known.name), request.POST), f"Sent with {known.name}.")
    if isinstance(known, Elsewhere):
        return _lead(request, tray, known)
    return DESKS[mode].take(request, tray, text, known)


def _lead(request: HttpRequest, tray: Tray, known: Elsewhere) -> Answer:
    """Go on with a paper of another room at its own page."""
    address = known.lead(request.user)
    if not address:
        return bad(tray, f"{known.words}: that is not yours to do.")
    if tray.got:
        return bad(tray, f"{tray.pieces} pieces are on the tray. Book them first, or begin again.")
    return Answer(tray, known.words, address=address)


def _with(request: HttpRequest, **changes: str) -> Any:
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
    return query


def _turn(request: HttpRequest, mode: str, tray: Tray) -> Answer:
    if not request.user.has_perm(DESKS[mode].PERMISSION):
        return bad(tray, "That is not yours to do.")
    if tray.got:
        return bad(tray, f"{tray.pieces} pieces are on the tray. Book them first, or begin again.")
    words = next(each.words for each in MODES if each.name == mode)
    fresh = Tray(carrier=tray.carrier)
    return _taken_along(request, mode, tray.about, fresh) or Answer(fresh, f"{words}.", mode=mode)


def _taken_along(request: HttpRequest, mode: str, about: str, fresh: Tray) -> Answer | None:
    """What was looked up stays before one's eyes, if the other mode has a use for it: an order to pick, say."""
    try:
        known = read(about) if about else None
    except Unclear:
        return None
    if not isinstance(known, USES[mode]):
        return None
    return replace(DESKS[mode].take(request, fresh, about, known), mode=mode)


def codes_file(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """The commands as barcodes, to hang up beside the desk."""
    from orders.papers import layout
    from payments.scan import code_sheet  # reportlab, which most processes never need

    file = io.BytesIO()
    layout.write([code_sheet.sheet()], file, title="Codes to scan")
    response = HttpResponse(file.getvalue(), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="scan-codes.pdf"'
    return response


for _mode, _desk in DESKS.items():
    console.page(
        _desk.ROUTE,
        name=f"scan_{_mode}",
        permission=_desk.PERMISSION,
        words="Scan: look up, pick, receive, count" if _mode == "look" else "",
    )(partial(page, _mode))
console.page("scan/codes.pdf", name="scan_codes", permission=look.PERMISSION)(codes_file)
