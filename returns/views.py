"""Returns as their customer sees them: signed in, or with the link to a guest's order."""

import io
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config import throttle
from orders import cart_cookie
from orders import services as orders
from orders.models import Order
from payments.models import Refund
from returns import services, visitors, words
from returns.forms import MessageForm, SentForm, key_in, new_key
from returns.models import ReturnRequest

PER_PAGE = 20
MOST_PAGES = 1000


@require_safe
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """List the customer's own returns, newest first; who is not signed in is told of both ways to theirs."""
    customer = cart_cookie.customer_of(request)
    if customer is None:
        return render(request, "returns/ways.html")
    page = _page_number(request.GET.get("page", ""))
    first = (page - 1) * PER_PAGE
    rows = ReturnRequest.objects.filter(order__customer=customer).select_related("order")
    found = list(rows.prefetch_related("lines__line")[first : first + PER_PAGE + 1])
    context = {
        "section": "returns",
        "rows": [(row, words.tone_of(row)) for row in found[:PER_PAGE]],
        "newer": f"?page={page - 1}" if page > 1 else "",
        "older": f"?page={page + 1}" if len(found) > PER_PAGE else "",
    }
    return render(request, "returns/index.html", context)


def _page_number(text: str) -> int:
    is_number = text.isascii() and text.isdecimal() and len(text) < 5
    return min(max(int(text), 1), MOST_PAGES) if is_number else 1


@require_safe
@never_cache
def detail(request: HttpRequest, number: str, token: str = "") -> HttpResponse:
    """One return: where it stands, what comes next, and all that was said and done."""
    return _page(request, _found(request, number, token))


@require_safe
@never_cache
def guest_detail(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """The same by a guest's link, which leads to the sign-in once the order has joined an account."""
    order = Order.objects.filter(token=token).exclude(customer=None).first()
    if order and orders.was_claimed(order):
        return HttpResponseRedirect(resolve_url("returns:detail", number))
    return _page(request, _found(request, number, token))


def _found(request: HttpRequest, number: str, token: str) -> ReturnRequest:
    return visitors.return_of(request, number, token)


def _page(
    request: HttpRequest,
    row: ReturnRequest,
    *,
    message: MessageForm | None = None,
    sent: SentForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    lines = row.lines.select_related("line__variant__product", "exchange_for__product")
    said = list(row.messages.all())
    context = {
        "return": row,
        "tone": words.tone_of(row),
        "steps": words.steps_of(row),
        "next": words.next_of(row),
        "lines": lines,
        "events": row.events.filter(is_public=True),
        "said": said,
        "question": _question(row, said),
        "message_form": message or MessageForm(),
        "sent_form": sent or SentForm(),
        "key": new_key(),
        "problem": problem,
        "send_to": services.return_address(),
        **_money(row),
        **_addresses(row),
    }
    return render(request, "returns/detail.html", context, status=status)


def _question(row: ReturnRequest, said: list[Any]) -> Any:
    """What we have asked last, while it is open."""
    if row.state != ReturnRequest.State.INFO_NEEDED:
        return None
    return next((each for each in reversed(said) if each.is_from_staff), None)


def _money(row: ReturnRequest) -> dict[str, Any]:
    """What will be paid back, or is: no estimate of an exchange, nor of what was given up."""
    if row.is_exchange or row.state in ReturnRequest.GIVEN_UP:
        return {}
    if row.state not in ReturnRequest.SETTLED:
        return {"expected": services.expected(row)}
    payouts = list(row.payouts.all())
    paid = set(
        Refund.objects.filter(
            payment__order=row.order_id,
            cause__in=[each.cause for each in payouts],
            state=Refund.State.SUCCEEDED,
        ).values_list("cause", flat=True)
    )
    return {"paid": [(words.way_of(each), each.amount, each.cause in paid) for each in payouts]}


def _addresses(row: ReturnRequest) -> dict[str, str]:
    return {
        f"{name}_address": visitors.address_of(row.order, name, row.number)
        for name in ("cancel", "sent", "message", "slip")
    } | {"new_address": visitors.new_address_of(row.order)}


@require_POST
@never_cache
def message(request: HttpRequest, number: str, token: str = "") -> HttpResponse:
    """Write to the shop about the return; a page that is sent twice says it once."""
    row = _found(request, number, token)
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _page(request, row, message=form, status=422)
    try:
        throttle.hit(f"return-message:{row.number}", limit=20, per=timedelta(hours=1))
        services.write_message(
            row,
            form.cleaned_data["text"],
            key=key_in(request.POST),
            by=visitors.customer_of(request, row.order),
        )
    except throttle.Throttled as throttled:
        form.add_error(None, str(throttled))
        return throttle.mark(_page(request, row, message=form), throttled)
    except services.CannotDecide as error:
        return _page(request, row, message=form, problem=str(error), status=409)
    messages.success(request, _("Your message is with us."))
    return _to(row, "#messages-title")


@require_POST
@never_cache
def sent(request: HttpRequest, number: str, token: str = "") -> HttpResponse:
    """Note that the parcel is on its way to us."""
    row = _found(request, number, token)
    form = SentForm(request.POST)
    if row.state == ReturnRequest.State.IN_TRANSIT:
        return _to(row)
    if not form.is_valid():
        return _page(request, row, sent=form, status=422)
    try:
        services.mark_sent(row, by=visitors.customer_of(request, row.order), **form.cleaned_data)
    except services.CannotDecide as error:
        row.refresh_from_db()
        return _page(request, row, sent=form, problem=str(error), status=409)
    messages.success(request, _("Thank you. We write to you as soon as it has arrived."))
    return _to(row)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def cancel(request: HttpRequest, number: str, token: str = "") -> HttpResponse:
    """Ask whether the return shall be called off (GET), and call it off (POST)."""
    row = _found(request, number, token)
    if request.method != "POST":
        return _ask(request, row)
    if row.state == ReturnRequest.State.CANCELLED:
        return _to(row)
    try:
        services.cancel(row, by=visitors.customer_of(request, row.order))
    except services.CannotDecide:
        row.refresh_from_db()
        return _ask(request, row, status=409)
    messages.success(request, _("Your return is cancelled."))
    return _to(row)


def _ask(request: HttpRequest, row: ReturnRequest, status: int = 200) -> HttpResponse:
    context = {"return": row, "why_not": services.why_not_move(row, "cancel"), "address": request.path}
    return render(request, "returns/cancel.html", context, status=status)


@require_safe
@never_cache
def slip(request: HttpRequest, number: str, token: str = "") -> HttpResponse:
    """The paper that goes into the parcel, as a PDF; there is one while the parcel may come."""
    row = _found(request, number, token)
    if row.state not in ReturnRequest.AWAITED:
        raise Http404
    from orders.papers import layout  # reportlab, which most processes never need
    from returns.papers import return_slip

    file = io.BytesIO()
    layout.write([return_slip.sheet_of(row)], file, title=row.number, language=row.language)
    response = HttpResponse(file.getvalue(), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{row.number}.pdf"'
    return response


def _to(row: ReturnRequest, place: str = "") -> HttpResponse:
    return HttpResponseRedirect(row.get_absolute_url() + place, status=303)
