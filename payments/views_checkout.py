"""The customer's doors to paying: the checkout page and its button."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from config import throttle, toggles
from orders import cart_cookie
from orders import services as orders
from orders.forms import CheckoutForm
from orders.models import Cart, Order
from orders.voucher_door import Tried, count_ask, has_typed_voucher, look_at_voucher, mark_asked, was_asked
from payments import gateway, line, services
from payments.views_back import thank
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
            return thank(request, order) if order else redirect("orders:cart")
        except services.AlreadyOrdered as paid:
            return thank(request, paid.order)
        form.keep_address()
        if isinstance(outcome, Order):
            return thank(request, outcome)
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
