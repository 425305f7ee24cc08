"""The customer's doors to the cart and to the orders."""

import secrets
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.middleware import HtmxDetails

from config import throttle
from config.csrf import same_origin
from orders import cart_cookie, tasks, words
from orders import services as orders
from orders.forms import AddForm, FindForm, LineForm
from orders.models import Cart, Order


class Request(HttpRequest):
    """A request as the middleware leaves it."""

    htmx: HtmxDetails


_UNDO_SALT = "orders.undo"
_UNDO_SECONDS = 60 * 60
_PER_PAGE = 20


# --- the cart -------------------------------------------------------------------------------------
@require_safe
@never_cache
def cart(request: Request) -> HttpResponse:
    """Show the cart at today's prices; a changed price is pointed out once."""
    return _cart_page(request, cart_cookie.find(request), undo=_read_undo(request.GET.get("undo", "")))


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
        return render(request, "orders/_added.html", {"change": change})
    _say(request, change, f"{change.variant} is in your cart.")
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


def _updated(request: Request, cart: Cart, change: orders.Change) -> HttpResponse:
    undo = "" if change.quantity else _sign_undo(change)
    if request.htmx:
        return _cart_page(request, cart, note=_capped_words(change), undo=_read_undo(undo))
    if undo:
        return HttpResponseRedirect(f"{resolve_url('orders:cart')}?undo={undo}", status=303)
    _say(request, change, f"{change.variant}: {change.quantity} in your cart.")
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
    priced = orders.price_cart(cart) if cart else orders.PricedCart([], 0, 0)
    if cart and (cart.token, priced.count) != cart_cookie.read(request):
        cart_cookie.remember(request, cart, priced.count)
    elif not cart:
        cart_cookie.forget(request)
    context |= {
        "cart": priced,
        "rows": [(line, *(line_problems or {}).get(line.line.pk, ("", ""))) for line in priced.lines],
        "max_quantity": orders.max_quantity(),
    }
    response = render(
        request, "orders/_cart.html" if request.htmx else "orders/cart.html", context, status=status
    )
    orders.acknowledge_prices(priced)
    return response


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
    if change.quantity == orders.max_quantity():
        return f"{change.variant}: one cart holds at most {change.quantity} of it."
    return f"Only {change.quantity} of {change.variant} left: your cart now holds {change.quantity}."


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
def history(request: HttpRequest) -> HttpResponse:
    """List the customer's own orders, newest first."""
    page = _page_number(request.GET.get("page", ""))
    first = (page - 1) * _PER_PAGE
    own = Order.objects.filter(customer=cart_cookie.customer_of(request)).prefetch_related("lines")
    found = list(own.order_by("-pk")[first : first + _PER_PAGE + 1])
    context = {
        "rows": [(order, words.status_of(order), words.contents_of(order)) for order in found[:_PER_PAGE]],
        "newer": page - 1,
        "older": page + 1 if len(found) > _PER_PAGE else 0,
    }
    return render(request, "orders/history.html", context)


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
    """Show a guest's order to whoever has its link; the link is a secret, so it is neither kept nor passed on."""
    order = Order.objects.filter(token=token, customer=None).first()
    if order is None:
        throttle.hit(f"guest-order:{throttle.client_address(request)}", limit=30, per=timedelta(minutes=10))
        raise Http404
    response = _order_page(request, order)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _order_page(request: HttpRequest, order: Order) -> HttpResponse:
    lines = list(order.lines.all())
    context = {
        "order": order,
        "lines": lines,
        "status": words.status_of(order),
        "steps": words.steps_of(order),
        "tax_parts": words.tax_parts_of(order, lines),
        "events": order.events.filter(is_public=True),
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


def _page_number(text: str) -> int:
    """A page number from 1 to a thousand; nonsense is the first page."""
    is_number = text.isascii() and text.isdecimal() and len(text) < 5
    return min(max(int(text), 1), 1000) if is_number else 1
