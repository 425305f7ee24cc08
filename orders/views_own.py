"""A customer's own orders: the list, the same once more, and those placed as a guest before."""

from datetime import timedelta
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render, resolve_url
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from config import throttle
from orders import cart_cookie, words
from orders import services as orders
from orders.history import HistoryForm, orders_of
from orders.models import Order

PER_PAGE = 20
# Reasons named one by one; the messages travel in a cookie.
_MOST_NAMED = 5


@require_safe
@never_cache
@login_required
def history(request: HttpRequest) -> HttpResponse:
    """List the customer's own orders, newest first; a filter that makes no sense is pointed out and left out."""
    customer = cast(User, request.user)
    form = HistoryForm(request.GET)
    form.is_valid()
    page = _page_number(request.GET.get("page", ""))
    first = (page - 1) * PER_PAGE
    found = list(orders_of(customer, form.asked)[first : first + PER_PAGE + 1])
    context = {
        "section": "orders",
        "form": form,
        "rows": [(order, words.status_of(order), words.contents_of(order)) for order in found[:PER_PAGE]],
        "newer": _address(form, page - 1) if page > 1 else "",
        "older": _address(form, page + 1) if len(found) > PER_PAGE else "",
        "claimable": orders.claimable_orders(customer).count(),
    }
    return render(request, "orders/history.html", context)


def _address(form: HistoryForm, page: int) -> str:
    """Another page of the same question."""
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in form.asked.items()})
    query["page"] = str(page)
    return f"?{query.urlencode()}"


def _page_number(text: str) -> int:
    """A page number from 1 to a thousand; nonsense is the first page."""
    is_number = text.isascii() and text.isdecimal() and len(text) < 5
    return min(max(int(text), 1), 1000) if is_number else 1


@require_POST
@never_cache
@login_required
def again(request: HttpRequest, number: str) -> HttpResponse:
    """Put what one of the customer's own orders held into the cart."""
    return _again(request, get_object_or_404(Order, number=number, customer=request.user))


@require_POST
@never_cache
def guest_again(request: HttpRequest, token: str) -> HttpResponse:
    """The same for whoever has the link to a guest's order."""
    order = Order.objects.filter(token=token, customer=None).first()
    if order is None:
        throttle.hit(f"guest-order:{throttle.client_address(request)}", limit=30, per=timedelta(minutes=10))
        raise Http404
    return _again(request, order)


def _again(request: HttpRequest, order: Order) -> HttpResponse:
    cart = cart_cookie.find_or_begin(request)
    again = orders.order_again(cart, order)
    if again.added:
        cart_cookie.remember(request, cart, again.count)
        messages.success(
            request,
            ngettext(
                "One thing is in your cart, at today's price.",
                "%(count)s things are in your cart, at today's prices.",
                len(again.added),
            )
            % {"count": len(again.added)},
        )
    for sentence in _what_did_not_go(again):
        messages.warning(request, sentence)
    return HttpResponseRedirect(resolve_url("orders:cart"), status=303)


def _what_did_not_go(again: orders.Again) -> list[str]:
    """What was capped or could not be had, in sentences; from the sixth on only how many more there are."""
    said = [
        _("%(name)s: your cart holds %(count)s, more cannot be ordered.")
        % {"name": change.variant, "count": change.quantity}
        for change in again.capped
    ]
    said += [
        _("%(name)s was left out: %(reason)s") % {"name": line.name, "reason": error}
        for line, error in again.refused
    ]
    more = len(said) - _MOST_NAMED
    if more < 1:
        return said
    last = ngettext(
        "One more thing could not be had as before.",
        "%(count)s more things could not be had as before.",
        more,
    )
    return [*said[:_MOST_NAMED], last % {"count": more}]


@require_POST
@never_cache
@login_required
def claim(request: HttpRequest) -> HttpResponse:
    """Let the orders that the customer placed as a guest join the account."""
    try:
        count = orders.claim_guest_orders(cast(User, request.user))
    except orders.AddressNotProven as error:
        messages.error(request, str(error))
    else:
        said = ngettext(
            "One order was added to your account.", "%(count)s orders were added to your account.", count
        )
        messages.success(request, said % {"count": count} if count else _("There was nothing to add."))
    return HttpResponseRedirect(resolve_url("orders:history"), status=303)
