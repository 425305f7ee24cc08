"""Starting a payment: freeze the offer, hold the stock, open the page at Stripe. One payable session per cart."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from config import languages
from orders import services as orders
from orders.models import Cart, Checkout, Order, ShippingMethod
from payments import gateway
from payments.models import Payment
from payments.services import counter, store_credit
from payments.services.awaiting import held_until
from payments.services.errors import (
    CreditChanged,
    ProviderAway,
    TooLittle,
)
from payments.services.sessions import ask_for_session, end_session, page_of

JUST_NOW = timedelta(minutes=1)
CHANGED = "The customer changed the cart."


def start_payment(
    cart: Cart,
    details: orders.CheckoutDetails,
    *,
    agreed: str,
    credit: int = 0,
    methods: Sequence[ShippingMethod] | None = None,
    at_counter: bool = False,
) -> str | Order:
    """Return where the customer pays, or waits for the payment page; or the order, if no card is needed for it.

    `at_counter` says that they want to pay when they collect: what is under way at Stripe is ended first, and the order
    is placed without a call; where nothing is left to pay, it makes no difference.

    `agreed` is the fingerprint of the offer that the customer saw, `credit` how much store credit they saw that it
    would take, in minor units: it is only compared. `methods` as `orders.make_quote` takes them. The intent row with
    its idempotency key, the held stock and the store credit are committed before Stripe is called; no transaction is
    open during the call. Pressed again with the same content, it leads to the same session; with other content, the
    earlier session is ended first. While Stripe does not answer, the order is held until its page can be opened.
    Raises OfferChanged, CreditChanged, TooLittle, CounterRefused, LinesShort, EmptyCart, NoDelivery, ProviderAway,
    AlreadyOrdered.
    """
    live = orders.live_checkout(cart)
    if live and at_counter:
        end_session(live.payment, act="cancel", reason=CHANGED)
    elif live and (url := _resume(live, details, agreed, credit)):
        return url
    country = details.shipping_address["country"]
    quote = orders.make_quote(
        cart, country=country, method_id=details.method_id, methods=methods, email=details.email
    )
    if quote.fingerprint != agreed:
        quote = _without_spent(cart, details, quote)
    if quote.fingerprint != agreed:
        raise orders.OfferChanged(quote)
    if credit and credit != _usable(details, quote):
        raise CreditChanged(quote)
    to_pay = quote.total - credit
    at_counter = at_counter and to_pay > 0
    if not at_counter and 0 < to_pay < settings.STRIPE_LEAST_AMOUNT:
        raise TooLittle
    try:
        payment = _open(cart, details, quote, credit, is_away=gateway.is_away(), at_counter=at_counter)
    except store_credit.NotEnoughCredit as error:
        raise CreditChanged(quote) from error
    except (orders.DealGone, orders.VoucherGone) as error:
        now = _quote_now(cart, details, quote)
        raise orders.OfferChanged(_without_spent(cart, details, now)) from error
    except IntegrityError as error:
        # The other of two presses was quicker; the database lets only one live checkout be. It may be of another
        # tab, with another address: what was not agreed to here is never led to.
        live = orders.live_checkout(cart)
        if live is None or at_counter or not (url := _resume(live, details, agreed, credit)):
            raise ProviderAway from error
        return url
    return payment.order or ask_for_session(payment)


def _without_spent(cart: Cart, details: orders.CheckoutDetails, quote: orders.Quote) -> orders.Quote:
    """The same offer without flash prices of which this customer has had their share, now that it is known who asks."""
    spent = orders.spent_by(quote, details.email, details.customer)
    return _quote_now(cart, details, quote, spent=spent) if spent else quote


def _usable(details: orders.CheckoutDetails, quote: orders.Quote) -> int:
    if details.customer is None:
        return 0
    return store_credit.usable(store_credit.balance_of(details.customer.pk), quote.total)


@transaction.atomic
def _open(
    cart: Cart,
    details: orders.CheckoutDetails,
    quote: orders.Quote,
    credit: int,
    *,
    is_away: bool,
    at_counter: bool,
) -> Payment:
    """Write the checkout and its payment, hold stock and voucher, take the store credit: all of it, or nothing.

    If the store credit covers everything, nothing is to be paid, or it is paid at the counter, the order is placed in
    the same transaction.
    """
    checkout = orders.open_checkout(cart, details, quote, credit=credit)
    payment = Payment.objects.create(
        checkout=checkout,
        method=Payment.Method.COUNTER if at_counter else Payment.Method.CARD,
        idempotency_key=f"session-{checkout.number}",
        currency=checkout.currency,
        amount=checkout.total - credit,
    )
    is_covered = credit == checkout.total
    if is_covered or at_counter:
        _look_again(cart, details, quote)
        if at_counter:
            counter.check(quote.method, payment.amount, email=details.email)
    elif is_away:
        orders.await_link(checkout, until=held_until())
    orders.hold_stock(checkout)
    orders.hold_allowances(checkout)
    if is_covered:
        payment.order = orders.place_order(
            checkout,
            payment_state=Order.PaymentState.CAPTURED,
            words=gettext_noop("Paid with store credit.") if credit else gettext_noop("Nothing to pay."),
        )
        payment.state = Payment.State.CAPTURED
        payment.save(update_fields=["order", "state"])
    elif at_counter:
        counter.place(payment)
    if credit:
        store_credit.spend(payment, credit)
    return payment


def _look_again(cart: Cart, details: orders.CheckoutDetails, quote: orders.Quote) -> None:
    """Refuse an offer whose cart another press has ordered meanwhile: no session stands between the two.

    The row of the checkout is written, so the other press, which had one of the same cart, has ended.
    """
    now = _quote_now(cart, details, quote)
    if now.fingerprint != quote.fingerprint:
        raise orders.OfferChanged(now)


def _quote_now(
    cart: Cart, details: orders.CheckoutDetails, quote: orders.Quote, *, spent: Collection[int] = ()
) -> orders.Quote:
    return orders.make_quote(
        cart,
        country=quote.country,
        method_id=details.method_id,
        email=details.email,
        spent=spent or quote.spent,
    )


def just_ordered(cart: Cart) -> Order | None:
    """The order that was placed from this cart a moment ago without a card, for whoever pressed the button twice."""
    recent = Order.objects.filter(checkout__cart=cart, placed_at__gt=timezone.now() - JUST_NOW)
    without_card = Q(credit_used=F("total")) | Q(collect_until__isnull=False)
    return recent.filter(without_card).order_by("-pk").first()


def _resume(checkout: Checkout, details: orders.CheckoutDetails, agreed: str, credit: int) -> str | None:
    """The page of a checkout that is under way, if it still fits; else end it and return None."""
    payment = checkout.payment
    same = (
        checkout.fingerprint == agreed
        and checkout.credit == credit
        and checkout.email == details.email
        and checkout.customer_id == (details.customer and details.customer.pk)
        and checkout.language == languages.current()
        and checkout.shipping_address == details.shipping_address
        and checkout.billing_address == details.billing_address
    )
    if same and not payment.session_id:
        return ask_for_session(payment)
    if same and checkout.expires_at > timezone.now() + timedelta(minutes=1):
        return page_of(payment)
    end_session(payment, act="cancel", reason=CHANGED)
    return None
