"""The customer's doors to invoices and credit notes: the page, and the PDF."""

import io
import logging
from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config import throttle
from config.csrf import ORIGIN_ONLY
from orders import cart_cookie
from orders.invoices.document import Document, NotGenuine, read
from orders.models import Invoice, Order

logger = logging.getLogger(__name__)
SOON = timedelta(minutes=5)


@require_safe
@never_cache
@login_required
def invoice(request: HttpRequest, number: str, document: str = "") -> HttpResponse:
    """Show the invoice of an own order, or a credit note on it; anybody else's is as unknown as none."""
    return _page(request, document, number=number, customer=cart_cookie.customer_of(request))


@require_safe
@never_cache
@login_required
def invoice_pdf(request: HttpRequest, number: str, document: str = "") -> HttpResponse:
    """The same as a PDF."""
    return _file(request, document, number=number, customer=cart_cookie.customer_of(request))


@require_safe
@never_cache
def guest_invoice(request: HttpRequest, token: str, document: str = "") -> HttpResponse:
    """Show it to whoever has the link to a guest's order."""
    return _kept_secret(request, _page, token, document)


@require_safe
@never_cache
def guest_invoice_pdf(request: HttpRequest, token: str, document: str = "") -> HttpResponse:
    """The same as a PDF."""
    return _kept_secret(request, _file, token, document)


def _kept_secret(request: HttpRequest, answer, token: str, document: str) -> HttpResponse:
    """The link of a guest's order is a secret: guesses are counted, and it is neither kept nor passed on."""
    try:
        response = answer(request, document, token=token, customer=None)
    except Http404:
        throttle.hit(f"guest-order:{throttle.client_address(request)}", limit=30, per=timedelta(minutes=10))
        raise
    response["Referrer-Policy"] = ORIGIN_ONLY
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _page(request: HttpRequest, which: str, **whose: object) -> HttpResponse:
    found = _documents(whose)
    if not found:
        return _not_yet(request, which, whose)
    chosen = _choose(found, which)
    try:
        document = read(chosen)
    except NotGenuine as error:
        return _refused(request, chosen, error)
    context = {"order": chosen.order, "chosen": chosen, "documents": found, "document": document}
    return render(request, "orders/invoice.html", context)


def _file(request: HttpRequest, which: str, **whose: object) -> HttpResponse:
    found = _documents(whose)
    if not found:
        return HttpResponseRedirect(_order(whose).get_invoice_url(), status=303)
    chosen = _choose(found, which)
    try:
        return pdf_response([read(chosen)], chosen.number)
    except NotGenuine as error:
        return _refused(request, chosen, error)


def pdf_response(documents: Iterable[Document], name: str, *, title: str = "") -> HttpResponse:
    """A PDF that the browser shows, and saves under a name; `name` is made of letters, digits and hyphens."""
    from orders.invoices import pdf  # a fifth of a second, which most processes never need

    file = io.BytesIO()
    pdf.write(documents, file, title=title)
    response = HttpResponse(file.getvalue(), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def _documents(whose: dict[str, object]) -> list[Invoice]:
    """The invoice of an order and then its credit notes; one statement."""
    of_order = {f"order__{name}": value for name, value in whose.items()}
    return list(Invoice.objects.filter(**of_order).select_related("order").order_by("pk"))


def _choose(found: list[Invoice], number: str) -> Invoice:
    for each in found:
        if each.number == number if number else not each.is_credit_note:
            return each
    raise Http404


def _order(whose: dict[str, object]) -> Order:
    order = Order.objects.filter(**whose).first()
    if order is None:
        raise Http404
    return order


def _not_yet(request: HttpRequest, which: str, whose: dict[str, object]) -> HttpResponse:
    """The order is there, its invoice is a matter of seconds: the page looks again by itself."""
    order = _order(whose)
    if which:
        raise Http404
    is_late = timezone.now() - order.placed_at > SOON
    context = {"order": order, "is_late": is_late, "again_in": 60 if is_late else 3}
    return render(request, "orders/invoice_waiting.html", context)


def _refused(request: HttpRequest, chosen: Invoice, error: NotGenuine) -> HttpResponse:
    logger.error("%s is not what was issued.", chosen.number)
    context = {"order": chosen.order, "problem": str(error)}
    return render(request, "orders/invoice_refused.html", context, status=409)
