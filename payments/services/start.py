"""Starting a payment: freeze the offer, hold the stock, open the page at Stripe. One payable session per cart."""

import logging
import time
from collections.abc import Sequence
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_noop

from config import languages
from orders import services as orders
from orders.models import Cart, Checkout, Order, ShippingMethod
from payments import gateway
from payments.models import Payment
from payments.services import store_credit
from payments.services.errors import AlreadyOrdered, CreditChanged, ProviderAway
from payments.services.proving import book_session, end

logger = logging.getLogger(__name__)
OTHER_PRESS_SECONDS = 3
JUST_NOW = timedelta(minutes=1)


def start_payment(
    cart: Cart,
    details: orders.CheckoutDetails,
    *,
    agreed: str,
    credit: int = 0,
    methods: Sequence[ShippingMethod] | None = None,
) -> str | Order:
    """Return the address of the page on which the customer pays; or the order, if store credit paid for all of it.

    `agreed` is the fingerprint of the offer that the customer saw, `credit` how much store credit they saw that it
    would take, in minor units: it is only compared. `methods` as `orders.make_quote` takes them. The intent row with
    its idempotency key, the held stock and the store credit are committed before Stripe is called; no transaction is
    open during the call. Pressed again with the same content, it leads to the same session; with other content, the
    earlier session is ended first.
    Raises OfferChanged, CreditChanged, LinesShort, EmptyCart, NoDelivery, ProviderAway, AlreadyOrdered.
    """
    if (live := orders.live_checkout(cart)) and (url := _resume(live, details, agreed, credit)):
        return url
    country = details.shipping_address["country"]
    quote = orders.make_quote(cart, country=country, method_id=details.method_id, methods=methods)
    if quote.fingerprint != agreed:
        raise orders.OfferChanged(quote)
    if credit and credit != _usable(details, quote):
        raise CreditChanged(quote)
    try:
        payment = _open(cart, details, quote, credit)
    except store_credit.NotEnoughCredit as error:
        raise CreditChanged(quote) from error
    except IntegrityError as error:
        # The other of two presses was quicker; the database lets only one live checkout be. It may be of another
        # tab, with another address: what was not agreed to here is never led to.
        live = orders.live_checkout(cart)
        if live is None or not (url := _resume(live, details, agreed, credit)):
            raise ProviderAway from error
        return url
    return payment.order or _ask_for_session(payment)


def _usable(details: orders.CheckoutDetails, quote: orders.Quote) -> int:
    if details.customer is None:
        return 0
    return store_credit.usable(store_credit.balance_of(details.customer.pk), quote.total)


@transaction.atomic
def _open(cart: Cart, details: orders.CheckoutDetails, quote: orders.Quote, credit: int) -> Payment:
    """Write the checkout and its payment, hold the stock, take the store credit: all of it, or nothing.

    If the store credit covers everything, the order is placed in the same transaction.
    """
    checkout = orders.open_checkout(cart, details, quote, credit=credit)
    payment = Payment.objects.create(
        checkout=checkout,
        idempotency_key=f"session-{checkout.number}",
        currency=checkout.currency,
        amount=checkout.total - credit,
    )
    is_covered = 0 < credit == checkout.total
    if is_covered:
        _look_again(cart, details, quote)
    orders.hold_stock(checkout)
    if is_covered:
        payment.order = orders.place_order(
            checkout,
            payment_state=Order.PaymentState.CAPTURED,
            words=gettext_noop("Paid with store credit."),
        )
        payment.state = Payment.State.CAPTURED
        payment.save(update_fields=["order", "state"])
    if credit:
        store_credit.spend(payment, credit)
    return payment


def _look_again(cart: Cart, details: orders.CheckoutDetails, quote: orders.Quote) -> None:
    """Refuse an offer whose cart another press has ordered meanwhile: no session stands between the two.

    The row of the checkout is written, so the other press, which had one of the same cart, has ended.
    """
    now = orders.make_quote(cart, country=quote.country, method_id=details.method_id)
    if now.fingerprint != quote.fingerprint:
        raise orders.OfferChanged(now)


def just_ordered(cart: Cart) -> Order | None:
    """The order that store credit paid for from this cart a moment ago, for whoever pressed the button twice."""
    recent = Order.objects.filter(checkout__cart=cart, placed_at__gt=timezone.now() - JUST_NOW)
    return recent.filter(credit_used=F("total"), credit_used__gt=0).order_by("-pk").first()


def _resume(checkout: Checkout, details: orders.CheckoutDetails, agreed: str, credit: int) -> str | None:
    """The page of a checkout that is under way, if it still fits; else end it and return None."""
    payment = checkout.payment
    same = (
        checkout.fingerprint == agreed
        and checkout.credit == credit
        and checkout.email == details.email
        and checkout.language == languages.current()
        and checkout.shipping_address == details.shipping_address
        and checkout.billing_address == details.billing_address
    )
    if not payment.session_id:
        if same:
            return _ask_for_session(payment)
        if not resolve_start(payment):
            raise ProviderAway
    elif same and checkout.expires_at > timezone.now() + timedelta(minutes=1):
        return _page_of(payment)
    if checkout.is_live:
        end_session(payment, act="cancel", reason="The customer changed the cart.")
    return None


def _page_of(payment: Payment) -> str | None:
    """Where an open session is paid; None when Stripe has ended it."""
    session = _ask(gateway.retrieve_session, payment)
    if session.status == "open":
        return session.url
    _book(payment, session)
    return None


def end_session(payment: Payment, *, act: str, reason: str) -> None:
    """End the payment page at Stripe, and only when Stripe says that it is dead set the stock free.

    If it turns out to be paid, the order is placed and AlreadyOrdered raised. Raises ProviderAway when Stripe does
    not say; then nothing changes.
    """
    payment.refresh_from_db()
    if not payment.session_id:
        if not resolve_start(payment):
            raise ProviderAway
        payment.refresh_from_db()
        if not payment.session_id:
            return
    session = _ask(gateway.expire_session, payment)
    _book(payment, session, act=act, reason=reason)


def _ask(call, payment: Payment) -> gateway.Session:
    try:
        return call(payment.session_id)
    except gateway.GatewayError as error:
        raise ProviderAway from error


def _book(payment: Payment, session: gateway.Session, *, act: str = "expire", reason: str = "") -> None:
    payment = book_session(payment, session, act=act, reason=reason)
    if payment.order:
        raise AlreadyOrdered(payment.order)


def _ask_for_session(payment: Payment) -> str:
    """Create the session under the payment's one key; the same key again gives the same session."""
    try:
        session = gateway.create_session(payment.checkout, key=payment.idempotency_key)
    except gateway.Refused as error:
        give_up(payment, reason="Stripe refused to open the payment page.")
        raise ProviderAway from error
    except gateway.Busy as error:
        if url := _page_of_the_other_press(payment):
            return url
        raise ProviderAway from error
    except gateway.Unclear as error:
        if error.answered:
            resolve_start(payment, over=True)
        raise ProviderAway from error
    if not adopt_session(payment, session):
        raise ProviderAway
    return session.url


def _page_of_the_other_press(payment: Payment) -> str:
    """Wait a moment for the session that a press just before this one is opening; empty if it takes longer."""
    give_up_at = time.monotonic() + OTHER_PRESS_SECONDS
    while not payment.session_url and time.monotonic() < give_up_at:
        time.sleep(0.1)  # the answer comes to another worker, and the database cannot ring
        payment.refresh_from_db(fields=["session_url"])
    return payment.session_url


@transaction.atomic
def adopt_session(payment: Payment, session: gateway.Session) -> bool:
    """Write down which session belongs to a payment; False if the checkout ended meanwhile."""
    orders.await_payment(payment.checkout)
    unadopted = Payment.objects.filter(pk=payment.pk, session_id=None)
    if unadopted.update(session_id=session.id, session_url=session.url):
        payment.session_id, payment.session_url = session.id, session.url
    else:
        payment.refresh_from_db()
    return payment.session_id == session.id and payment.checkout.is_live


UNANSWERED_AFTER = timedelta(seconds=30)


def resolve_start(payment: Payment, *, over: bool = False) -> bool:
    """Settle a creation that was never answered by asking Stripe which sessions exist.

    Found, it is adopted. Not found, and the request certainly `over` or old enough, the payment has failed and its
    stock is free. Returns whether it is decided; money for a session that shows up later is booked as late money.
    """
    try:
        session = gateway.find_session(
            payment.checkout.number, since=payment.created_at - timedelta(minutes=5)
        )
    except gateway.GatewayError:
        logger.warning("The start of %s stays undecided: Stripe does not answer.", payment.checkout.number)
        return False
    if session:
        adopt_session(payment, session)
        return True
    if not over and payment.created_at > timezone.now() - UNANSWERED_AFTER:
        return False
    give_up(payment, reason="Stripe knows of no payment page for it.")
    return True


@transaction.atomic
def give_up(payment: Payment, *, reason: str) -> None:
    """No page was opened: the payment has failed, the stock and the store credit are free."""
    end(payment, "fail", reason)
