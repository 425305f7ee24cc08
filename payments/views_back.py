"""The customer's doors back from paying: the order, a page that waits for it, or a second thought."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from orders import cart_cookie
from orders import services as orders
from orders.models import Checkout, Order
from orders.words import unbroken
from payments import gateway, services
from payments.models import Payment
from shop import flash


@require_GET
@never_cache
@gateway.patience(gateway.REQUEST_SECONDS)
def done(request: HttpRequest) -> HttpResponse:
    """Back from the payment page: the order, or word that the payment is being confirmed.

    The address proves nothing: Stripe is asked, and only the browser that checked out sees the order.
    """
    payment = get_object_or_404(
        Payment.objects.select_related("checkout", "order"),
        session_id=_clean_id(request.GET.get("session_id", "")),
    )
    if payment.order is None:
        try:
            payment = services.prove_payment(payment)
        except gateway.GatewayError:
            return render(request, "payments/confirming.html", {"checkout": payment.checkout})
    if payment.order and _is_own(request, payment.checkout):
        return thank(request, payment.order)
    return _not_placed(request, payment)


def _not_placed(request: HttpRequest, payment: Payment) -> HttpResponse:
    checkout = payment.checkout
    if payment.order:
        return render(request, "payments/elsewhere.html")
    if payment.authorised:
        return render(request, "payments/too_late.html", {"checkout": checkout})
    if checkout.is_live:
        template = "payments/confirming.html"
        return render(
            request,
            template,
            {"checkout": checkout, "payment": payment, "is_own": _is_own(request, checkout)},
        )
    messages.info(request, _("The payment was not completed. Nothing was charged, and your cart is kept."))
    return redirect("orders:cart")


def _clean_id(text: str) -> str:
    if not text.startswith("cs_") or len(text) > 255 or not text.isascii() or not text.isprintable():
        raise Http404
    return text


def _is_own(request: HttpRequest, checkout: Checkout) -> bool:
    """Whether this browser, or the customer who is signed in, opened the checkout."""
    if checkout.customer_id:
        return request.user.is_authenticated and request.user.pk == checkout.customer_id
    cart = cart_cookie.find(request)
    return cart is not None and checkout.cart_id == cart.pk


def thank(request: HttpRequest, order: Order) -> HttpResponse:
    """Lead to the order that was just placed, with a word of thanks; the cart's badge shows what is left in it."""
    cart = cart_cookie.find(request)
    if cart:
        cart_cookie.remember(request, cart, orders.pieces_in(cart))
    words = _("Thank you! Your order {number} is placed. A confirmation goes to {email}.")
    messages.success(request, format_html(words, number=unbroken(order.number), email=order.email))
    return redirect(order.get_absolute_url())


@require_http_methods(["GET", "POST"])
@never_cache
@gateway.patience(gateway.REQUEST_SECONDS)
def cancelled(request: HttpRequest, token: str) -> HttpResponse:
    """The customer came back without paying: go on, or (POST) end it and free the stock."""
    checkout = get_object_or_404(Checkout.objects.select_related("payment"), token=token)
    if not checkout.is_live:
        return redirect("orders:cart")
    if request.method == "GET" and not checkout.payment.session_id:
        return redirect("payments:waiting", token)
    if request.method == "POST":
        try:
            services.end_session(checkout.payment, act="cancel", reason="The customer cancelled.")
        except services.AlreadyOrdered as paid:
            return (
                thank(request, paid.order)
                if _is_own(request, checkout)
                else render(request, "payments/elsewhere.html")
            )
        except services.ProviderAway as away:
            messages.error(request, _why_not_ended(checkout) or str(away))
            if not checkout.payment.session_id:
                return redirect("payments:waiting", token)
        return redirect("orders:cart")
    context = {
        "checkout": checkout,
        "payment_url": checkout.payment.session_url,
        "due": checkout.payment.amount,
        "shop_name": settings.SHOP_NAME,
    }
    return render(request, "payments/cancelled.html", context)


def _why_not_ended(checkout: Checkout) -> str:
    """What becomes of an order that waits for its payment page, if it cannot be ended now; empty if it has the page."""
    if checkout.payment.session_id:
        return ""
    return _(
        "Our payment provider is silent, so this order cannot be ended at the moment. You need not do anything: "
        "nothing is charged, and it ends by itself at %(time)s."
    ) % {"time": flash.moment(checkout.expires_at)}


@require_GET
@never_cache
def waiting(request: HttpRequest, token: str) -> HttpResponse:
    """How it stands with a payment page that could not be opened: still to come, there, paid, or over."""
    checkout = get_object_or_404(Checkout.objects.select_related("payment__order"), token=token)
    payment = checkout.payment
    if payment.order and _is_own(request, checkout):
        return thank(request, payment.order)
    if payment.order or payment.authorised or not checkout.is_live:
        return _not_placed(request, payment)
    context = {"checkout": checkout, "payment_url": payment.session_url, "due": payment.amount}
    return render(request, "payments/waiting.html", context)
