"""The customer's doors to paying: checkout, the way back, and a second thought."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from config import throttle, toggles
from config.csrf import ORIGIN_ONLY
from orders import cart_cookie
from orders import services as orders
from orders.forms import CheckoutForm
from orders.models import Cart, Checkout, Order
from orders.voucher_door import Tried, count_ask, has_typed_voucher, look_at_voucher, mark_asked, was_asked
from payments import gateway, line, services
from payments.models import Payment
from payments.views_line import in_line


@method_decorator(never_cache, name="dispatch")
class CheckoutView(View):
    """One page: who, where to, how, for how much; its POST leads to the payment page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the page; with a country in the address, for that country."""
        if shut := _needs_account(request):
            return shut
        cart = cart_cookie.find(request)
        return _checkout_page(request, cart, _form(request, request.GET, cart))

    @gateway.patience(gateway.REQUEST_SECONDS)
    def post(self, request: HttpRequest) -> HttpResponse:
        """Price again, hold the stock, open the payment page and lead there."""
        if shut := _needs_account(request):
            return shut
        is_update = "update" in request.POST or has_typed_voucher(request)
        if not is_update and (place := line.place_in_line(request)):
            return in_line(request, place)
        cart = cart_cookie.find(request)
        if cart is None:
            return redirect("orders:cart")
        if is_update:
            tried = look_at_voucher(request, cart)
            return _checkout_page(request, cart, _form(request, request.POST, cart), tried=tried)
        form = CheckoutForm(request.POST, customer=cart_cookie.customer_of(request))
        if not form.is_valid():
            return _checkout_page(request, cart, form, status=422)
        details = form.details()
        asked = details.email
        try:
            count_ask(request, cart, asked)
            outcome = services.start_payment(
                cart,
                details,
                agreed=request.POST.get("agreed", ""),
                credit=_credit_agreed(request),
                methods=form.methods,
                at_counter=_at_counter(request),
            )
        except (orders.OfferChanged, services.CreditChanged) as change:
            quote = change.quote
            return _checkout_page(request, cart, form, asked=asked, problem=change, quote=quote, status=409)
        except (orders.LinesShort, orders.NoDelivery, services.TooLittle, services.CounterRefused) as refusal:
            return _checkout_page(request, cart, form, asked=asked, problem=refusal, status=409)
        except services.ProviderAway as away:
            return _checkout_page(request, cart, form, asked=asked, problem=away, status=503)
        except throttle.Throttled as throttled:
            answer = _checkout_page(request, cart, form, problem=throttled, status=429)
            return throttle.mark(answer, throttled)
        except orders.EmptyCart:
            order = services.just_ordered(cart)
            return _thank(request, order) if order else redirect("orders:cart")
        except services.AlreadyOrdered as paid:
            return _thank(request, paid.order)
        form.keep_address()
        if isinstance(outcome, Order):
            return _thank(request, outcome)
        return HttpResponse(status=303, headers={"Location": outcome})


def _needs_account(request: HttpRequest) -> HttpResponse | None:
    """The way to the sign-in for a guest, while guests may not order; else nothing."""
    if request.user.is_authenticated or toggles.is_on("guest checkout"):
        return None
    messages.info(request, _("Please sign in or make an account to order. Your cart is kept."))
    return redirect_to_login(request.path)


def _at_counter(request: HttpRequest) -> bool:
    """Whether the customer wants to pay when they collect; counted, as nobody's card stands behind such an order."""
    if request.POST.get("pay") != "counter":
        return False
    throttle.hit(f"counter:{throttle.client_address(request)}", limit=20, per=timedelta(hours=1))
    return True


def _credit_agreed(request: HttpRequest) -> int:
    """How much store credit the customer saw that it would take, in minor units; it is compared, never believed."""
    if "use_credit" not in request.POST:
        return 0
    text = request.POST["use_credit"]
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else -1


@require_GET
@never_cache
def summary(request: HttpRequest) -> HttpResponse:
    """The part of the checkout page that depends on country and delivery, for htmx."""
    cart = cart_cookie.find(request)
    return _checkout_page(request, cart, _form(request, request.GET, cart))


def _form(request: HttpRequest, typed, cart: Cart | None) -> CheckoutForm:
    """The form with what was typed so far, or at this cart's last try, not judged yet."""
    return CheckoutForm(initial=typed.dict(), customer=cart_cookie.customer_of(request), cart=cart)


def _checkout_page(
    request: HttpRequest,
    cart: Cart | None,
    form: CheckoutForm,
    *,
    asked: str = "",
    problem: Exception | None = None,
    quote: orders.Quote | None = None,
    status: int = 200,
    tried: Tried | None = None,
) -> HttpResponse:
    """Draw the page; `asked` is the e-mail address that the button has just ordered with."""
    if cart is None:
        return redirect("orders:cart")
    typed = request.POST if request.method == "POST" else request.GET
    asked = asked or _asked_before(typed, cart, form)
    try:
        quote = quote or orders.make_quote(
            cart,
            country=form.country,
            method_id=form.method_id,
            methods=form.methods,
            email=asked,
        )
    except orders.EmptyCart:
        return redirect("orders:cart")
    customer = cart_cookie.customer_of(request)
    wants = "use_credit" in typed
    credit = services.offer_credit(customer, cart, quote.total, is_wanted=wants) if customer else None
    context = {"form": form, "quote": quote, "cart": cart, "problem": problem, "credit": credit}
    to_pay = credit.to_pay if credit else quote.total
    if to_pay and services.counter.is_offered(quote.method):
        context["counter"] = {"amount": to_pay, "is_wanted": typed.get("pay") == "counter"}
    context |= {"tried": tried, "takes_vouchers": toggles.is_on("vouchers")}
    context["asked"] = mark_asked(cart, asked) if asked and cart.voucher_id else ""
    answer = render(request, "orders/checkout.html", context, status=tried.status if tried else status)
    return throttle.mark(answer, tried.throttled) if tried and tried.throttled else answer


def _asked_before(typed: QueryDict, cart: Cart, form: CheckoutForm) -> str:
    """The typed e-mail address, if the button has ordered with it and this voucher already; else nothing."""
    email = str(form["email"].value() or "")
    return email if was_asked(typed.get("asked", ""), cart, email) else ""


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
        return _thank(request, payment.order)
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


def _thank(request: HttpRequest, order: Order) -> HttpResponse:
    cart = cart_cookie.find(request)
    if cart:
        cart_cookie.remember(request, cart, orders.pieces_in(cart))
    messages.success(request, _("Thank you! Your order %(number)s is placed.") % {"number": order.number})
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
                _thank(request, paid.order)
                if _is_own(request, checkout)
                else render(request, "payments/elsewhere.html")
            )
        except services.ProviderAway as away:
            messages.error(request, str(away))
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


@require_GET
@never_cache
def waiting(request: HttpRequest, token: str) -> HttpResponse:
    """How it stands with a payment page that could not be opened: still to come, there, paid, or over."""
    checkout = get_object_or_404(Checkout.objects.select_related("payment__order"), token=token)
    payment = checkout.payment
    if payment.order and _is_own(request, checkout):
        return _thank(request, payment.order)
    if payment.order or payment.authorised or not checkout.is_live:
        return _not_placed(request, payment)
    context = {"checkout": checkout, "payment_url": payment.session_url, "due": payment.amount}
    return render(request, "payments/waiting.html", context)


@method_decorator(never_cache, name="dispatch")
class CancelOrderView(View):
    """The customer calls an order off while nothing was settled and nothing has left the house: ask, then do it."""

    def get(self, request: HttpRequest, number: str = "", token: str = "") -> HttpResponse:
        """Ask whether it is meant, and say what happens to the money."""
        return self._ask(request, self._order(request, number, token))

    @gateway.patience(gateway.REQUEST_SECONDS)
    def post(self, request: HttpRequest, number: str = "", token: str = "") -> HttpResponse:
        """Cancel it, once."""
        order = self._order(request, number, token)
        by = request.user if order.customer_id else None
        try:
            done = services.cancel_order(
                order,
                key="cancelled by customer",
                reason="The customer cancelled.",
                by=by,  # type: ignore[arg-type]
                by_customer=True,
            )
        except services.CannotCancel:
            order.refresh_from_db()
            return self._ask(request, order, status=409)
        messages.success(
            request, _("Your order %(number)s is cancelled.") % {"number": order.number} + f" {done}"
        )
        return redirect(order.get_absolute_url())

    def _order(self, request: HttpRequest, number: str, token: str) -> Order:
        """The order of whoever asks; anybody else's is as unknown as none."""
        if token:
            order = Order.objects.filter(token=token, customer=None).first()
            if order is None:
                visitor = throttle.client_address(request)
                throttle.hit(f"guest-order:{visitor}", limit=30, per=timedelta(minutes=10))
                raise Http404
            return order
        customer = cart_cookie.customer_of(request)
        return get_object_or_404(Order.objects.exclude(customer=None), number=number, customer=customer)

    def _ask(self, request: HttpRequest, order: Order, status: int = 200) -> HttpResponse:
        payment = Payment.objects.filter(order=order).first()
        context = {
            "order": order,
            "why_not": services.why_customer_cannot(order),
            "address": request.path,
            "credit": services.credit_left(payment) if payment else 0,
        }
        response = render(request, "payments/cancel_order.html", context, status=status)
        if not order.customer_id:
            response["Referrer-Policy"] = ORIGIN_ONLY
            response["X-Robots-Tag"] = "noindex, nofollow"
        return response
