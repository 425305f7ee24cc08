"""The customer's doors to the cart and to the orders."""

import secrets
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event
from django_htmx.middleware import HtmxDetails

from config import throttle, toggles
from config.csrf import ORIGIN_ONLY, same_origin
from orders import cart_cookie, tasks, words
from orders import services as orders
from orders.forms import AddForm, FindForm, LineForm
from orders.models import Cart, Order
from orders.voucher_door import sums_of, try_voucher
from shop import flash


class Request(HttpRequest):
    """A request as the middleware leaves it."""

    htmx: HtmxDetails


_UNDO_SALT = "orders.undo"
_UNDO_SECONDS = 60 * 60
_MINI_LINES = 4


# --- the cart -------------------------------------------------------------------------------------
@require_safe
@never_cache
def cart(request: Request) -> HttpResponse:
    """Show the cart at today's prices; a changed price is pointed out once."""
    return _cart_page(request, cart_cookie.find(request), undo=_read_undo(request.GET.get("undo", "")))


@require_safe
@never_cache
def cart_mini(request: Request) -> HttpResponse:
    """The small cart that opens over a page: its last lines and its total. Nothing in it counts as seen."""
    cart = cart_cookie.find(request)
    priced = _priced(cart)
    lines = priced.lines[::-1]
    context = {"cart": priced, "lines": lines[:_MINI_LINES], "more": len(lines[_MINI_LINES:])}
    context |= sums_of(cart, priced)
    return render(request, "orders/_mini_cart.html", context)


@same_origin
@require_POST
@never_cache
def cart_add(request: Request) -> HttpResponse:
    """Put a variant into the cart. Takes variant and quantity only: prices are the catalogue's."""
    form = AddForm(request.POST)
    if not form.is_valid():
        return _not_added(request, str(next(iter(form.errors.values()))[0]))
    cart = cart_cookie.find_or_begin(request)
    try:
        change = orders.add_to_cart(cart, form.cleaned_data["variant"], form.cleaned_data["quantity"])
    except orders.CartError as error:
        return _not_added(request, str(error))
    cart_cookie.remember(request, cart, change.count)
    if request.htmx:
        answer = render(request, "orders/_added.html", {"change": change})
        return trigger_client_event(answer, "cart-added")
    _say(request, change, _("%(thing)s is in your cart.") % {"thing": change.variant})
    return _see_other("orders:cart")


@same_origin
@require_POST
@never_cache
def cart_update(request: Request) -> HttpResponse:
    """Let a line hold so many pieces; 0 removes it, which can be undone."""
    cart, form = cart_cookie.find(request), LineForm(request.POST)
    if not form.is_valid():
        return _refused(request, cart, form, status=422)
    if cart is None:
        return _cart_page(request, None, problem=str(orders.LineGone()), status=404)
    line_id, quantity = form.cleaned_data["line"], form.cleaned_data["quantity"]
    try:
        change = orders.set_quantity(cart, line_id, quantity)
    except (orders.LineGone, orders.CartGone) as error:
        return _cart_page(request, cart_cookie.find(request), problem=str(error), status=404)
    except orders.CartError as error:
        return _cart_page(request, cart, line_problems={line_id: (str(error), quantity)}, status=409)
    cart_cookie.remember(request, cart, change.count)
    return _updated(request, cart, change)


@same_origin
@require_POST
@never_cache
def cart_voucher(request: Request) -> HttpResponse:
    """Put a voucher into the cart by its code; an empty one takes it out."""
    cart = cart_cookie.find(request)
    if cart is None:
        return _cart_page(request, None, problem=str(orders.EmptyCart()), status=409)
    tried = try_voucher(request, cart)
    if request.htmx or tried.problem:
        answer = _cart_page(request, cart, tried=tried, status=tried.status)
        return throttle.mark(answer, tried.throttled) if tried.throttled else answer
    return _see_other("orders:cart")


def _updated(request: Request, cart: Cart, change: orders.Change) -> HttpResponse:
    undo = "" if change.quantity else _sign_undo(change)
    if request.htmx:
        return _cart_page(request, cart, note=_capped_words(change), undo=_read_undo(undo))
    if undo:
        return HttpResponseRedirect(f"{resolve_url('orders:cart')}?undo={undo}", status=303)
    words = _("%(thing)s: %(count)s in your cart.") % {"thing": change.variant, "count": change.quantity}
    _say(request, change, words)
    return _see_other("orders:cart")


def _refused(request: Request, cart: Cart | None, form: LineForm, *, status: int) -> HttpResponse:
    """Show the cart with the reason beside the field and what was typed still in it."""
    line_id = form.cleaned_data.get("line")
    reasons = form.errors.get("quantity")
    if line_id is None or not reasons:
        return _cart_page(request, cart, problem=str(orders.LineGone()), status=status)
    typed = str(form.data.get("quantity", ""))[:20]
    return _cart_page(request, cart, line_problems={line_id: (reasons[0], typed)}, status=status)


def _cart_page(
    request: Request, cart: Cart | None, *, status: int = 200, line_problems=None, **context
) -> HttpResponse:
    """Render the cart, or only its middle for htmx; what it shows counts as seen."""
    priced = _priced(cart)
    if cart and (cart.token, priced.count) != cart_cookie.read(request):
        cart_cookie.remember(request, cart, priced.count)
    elif not cart:
        cart_cookie.forget(request)
    context |= sums_of(cart, priced)
    context |= {
        "cart": priced,
        "takes_vouchers": toggles.is_on("vouchers"),
        "rows": [(line, *(line_problems or {}).get(line.line.pk, ("", ""))) for line in priced.lines],
        "max_quantity": orders.max_quantity(),
        "under_way": _under_way(cart, priced),
    }
    response = render(
        request, "orders/_cart.html" if request.htmx else "orders/cart.html", context, status=status
    )
    orders.acknowledge_prices(priced)
    return response


def _under_way(cart: Cart | None, priced: orders.PricedCart) -> dict[str, str] | None:
    """Until when what this cart is paying for is its own, and where to go on with it."""
    live = orders.live_checkout(cart) if cart and priced.is_being_paid else None
    if live is None or live.expires_at < timezone.now():
        return None
    return {
        "until": flash.moment(live.expires_at),
        "address": resolve_url("payments:cancelled", live.token),
    }


def _priced(cart: Cart | None) -> orders.PricedCart:
    return orders.price_cart(cart) if cart else orders.PricedCart([], 0, 0)


def _not_added(request: Request, problem: str) -> HttpResponse:
    """Say why nothing was added, on the page that asked."""
    if request.htmx:
        return render(request, "orders/_added.html", {"problem": problem})
    messages.error(request, problem)
    came_from = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, request.is_secure())
    return HttpResponseRedirect(came_from if is_ours else resolve_url("orders:cart"), status=303)


def _say(request: Request, change: orders.Change, words: str) -> None:
    if change.is_capped:
        messages.warning(request, _capped_words(change))
    else:
        messages.success(request, words)


def _capped_words(change: orders.Change) -> str:
    if not change.is_capped:
        return ""
    if change.deal_words:
        return f"{change.variant}: {change.deal_words}"
    if change.quantity == orders.max_quantity():
        words = _("%(thing)s: one cart holds at most %(count)s of it.")
    else:
        words = _("Only %(count)s of %(thing)s left: your cart now holds %(count)s.")
    return words % {"thing": change.variant, "count": change.quantity}


def _sign_undo(change: orders.Change) -> str:
    return signing.dumps([change.variant.pk, change.before, str(change.variant)], salt=_UNDO_SALT)


def _read_undo(signed: str) -> dict[str, object] | None:
    """Return what was just removed (variant, quantity, name), if the address says so in our own hand."""
    try:
        variant, quantity, name = signing.loads(signed, salt=_UNDO_SALT, max_age=_UNDO_SECONDS)
    except signing.BadSignature:
        return None
    return {"variant": variant, "quantity": quantity, "name": name}


def _see_other(name: str, *args: object) -> HttpResponse:
    return HttpResponseRedirect(resolve_url(name, *args), status=303)


# --- the orders -----------------------------------------------------------------------------------
@require_safe
@never_cache
@login_required
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show one order to the customer whose it is; anybody else's is as unknown as none."""
    order = get_object_or_404(Order, number=number, customer=cart_cookie.customer_of(request))
    return _order_page(request, order)


@require_safe
@never_cache
def guest_detail(request: HttpRequest, token: str) -> HttpResponse:
    """Show a guest's order to whoever has its link; the link is a secret, so it is neither kept nor passed on.

    Once the order has joined an account, the link leads to the page that asks to sign in.
    """
    order = Order.objects.filter(token=token).first()
    if order and order.customer_id and orders.was_claimed(order):
        return HttpResponseRedirect(resolve_url("orders:detail", order.number))
    if order is None or order.customer_id:
        throttle.hit(f"guest-order:{throttle.client_address(request)}", limit=30, per=timedelta(minutes=10))
        raise Http404
    response = _order_page(request, order)
    response["Referrer-Policy"] = ORIGIN_ONLY
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _expected_on(line: Any) -> date | None:
    """When goods of a line should come; a day that has passed is not told."""
    day = line.variant.stock_item.expected_on if line.variant else None
    return day if day and day >= timezone.localdate() else None


def _order_page(request: HttpRequest, order: Order) -> HttpResponse:
    lines = list(orders.lines_with_waits(order))
    waits = orders.waits_by_line(order, lines) if any(line.may_wait for line in lines) else {}
    for line in lines:
        line.waits = waits.get(line.position, 0)
        line.expected_on = _expected_on(line) if line.waits else None
    context = {
        "order": order,
        "lines": lines,
        "status": words.status_of(order, waits=sum(waits.values())),
        "steps": words.steps_of(order),
        "tax_parts": words.tax_parts_of(order, lines),
        "events": order.events.filter(is_public=True),
        "was_sent": any(line.shipped > line.returned for line in lines),
    }
    return render(request, "orders/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def find(request: HttpRequest) -> HttpResponse:
    """Mail the links to somebody's orders; the answer is the same whether there are any."""
    form = FindForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"form": form, "is_sent": request.method != "POST" and "sent" in request.GET}
        return render(request, "orders/find.html", context, status=422 if form.is_bound else 200)
    email, number = form.cleaned_data["email"], form.cleaned_data["number"]
    try:
        throttle.hit(f"find-from:{throttle.client_address(request)}", limit=20, per=timedelta(hours=1))
        throttle.hit(f"find-for:{email}", limit=5, per=timedelta(hours=1))
    except throttle.Throttled as throttled:
        form.add_error(None, str(throttled))
        return throttle.mark(render(request, "orders/find.html", {"form": form}), throttled)
    tasks.send_order_links.enqueue(email, number, secrets.token_hex(8))
    return HttpResponseRedirect(f"{resolve_url('orders:find')}?sent=1", status=303)
