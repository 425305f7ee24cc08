"""Starting a payment: freeze the offer, hold the stock, open the page at Stripe. One payable session per cart."""

import logging
import time
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
from orders.services.quotas import QuotaSpent
from payments import gateway
from payments.models import Payment
from payments.services import counter, store_credit
from payments.services.awaiting import (
    ask_about_it_next,
    ask_anew,
    end_unasked,
    ends_too_soon,
    held_until,
    wait_for_link,
    waiting_page,
)
from payments.services.errors import (
    AlreadyOrdered,
    CounterRefused,
    CreditChanged,
    ProviderAway,
    TooLittle,
)
from payments.services.proving import book_session, end
from payments.tasks import mail_payment_link

logger = logging.getLogger(__name__)
OTHER_PRESS_SECONDS = 3
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
    if at_counter and (why := counter.why_not_offered(quote.method, to_pay, email=details.email)):
        raise CounterRefused(why)
    if not at_counter and 0 < to_pay < settings.STRIPE_LEAST_AMOUNT:
        raise TooLittle
    try:
        payment = _open(cart, details, quote, credit, is_away=gateway.is_away(), at_counter=at_counter)
    except store_credit.NotEnoughCredit as error:
        raise CreditChanged(quote) from error
    except (QuotaSpent, orders.DealGone, orders.VoucherGone) as error:
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
    elif is_away:
        orders.await_link(checkout, until=held_until())
    orders.hold_stock(checkout)
    orders.hold_pieces(checkout)
    orders.hold_voucher(checkout)
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
        and checkout.language == languages.current()
        and checkout.shipping_address == details.shipping_address
        and checkout.billing_address == details.billing_address
    )
    if same and not payment.session_id:
        return ask_for_session(payment)
    if same and checkout.expires_at > timezone.now() + timedelta(minutes=1):
        return _page_of(payment)
    end_session(payment, act="cancel", reason=CHANGED)
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
        if end_unasked(payment, act, reason):
            return
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


def ask_for_session(payment: Payment) -> str:
    """Create the session under the payment's one key, as the same key again gives the same session; its page.

    Where Stripe does not say, the customer waits for it: then this is the page where they wait. Raises ProviderAway if
    there will be none, and what was held is free.
    """
    if gateway.is_away():
        return wait_for_link(payment)
    if payment.was_never_asked_for or ends_too_soon(payment):
        if page := _page_asked_for_before(payment):
            return page
        if not ask_anew(payment):
            return waiting_page(payment.checkout)
    try:
        session = gateway.create_session(
            payment.checkout, key=payment.idempotency_key, until=payment.page_until
        )
    except gateway.Refused as error:
        give_up(payment, reason="Stripe refused to open the payment page.")
        raise ProviderAway from error
    except gateway.Busy:
        return _page_of_the_other_press(payment) or wait_for_link(payment)
    except gateway.Garbled:
        return ask_about_it_next(payment)
    except gateway.Unclear as error:
        return _page_after_silence(payment, error)
    if not adopt_session(payment, session):
        raise ProviderAway
    return session.url


def _page_asked_for_before(payment: Payment) -> str:
    """The page of an earlier request that was not answered, or where to wait for word of it; empty if there is none."""
    if payment.was_never_asked_for:
        return ""
    try:
        session = _find(payment)
    except gateway.GatewayError:
        return wait_for_link(payment)
    return session.url if session and adopt_session(payment, session) else ""


def _page_after_silence(payment: Payment, error: gateway.Unclear) -> str:
    """What comes of a request that was not answered, or with a 5xx: then it is over, and Stripe's list knows of it."""
    if not error.answered or not resolve_start(payment, over=True):
        return wait_for_link(payment)
    if not payment.session_id:
        raise ProviderAway from error
    return payment.session_url


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
    was_waited_for = orders.await_payment(payment.checkout)
    unadopted = Payment.objects.filter(pk=payment.pk, session_id=None)
    if unadopted.update(session_id=session.id, session_url=session.url):
        payment.session_id, payment.session_url = session.id, session.url
        if was_waited_for:
            mail_payment_link.enqueue(payment.pk)
    else:
        payment.refresh_from_db()
    return payment.session_id == session.id and payment.checkout.is_live


UNANSWERED_AFTER = timedelta(seconds=30)


def _find(payment: Payment) -> gateway.Session | None:
    """The session that was asked for, if Stripe's list knows of one. Raises Refused, Unclear."""
    return gateway.find_session(payment.checkout.number, since=payment.created_at - timedelta(minutes=5))


def resolve_start(payment: Payment, *, over: bool = False) -> bool:
    """Settle a creation that was never answered by asking Stripe which sessions exist.

    Found, it is adopted. Not found, and the request certainly `over` or old enough, the payment has failed and its
    stock is free. Returns whether it is decided; money for a session that shows up later is booked as late money.
    """
    try:
        session = _find(payment)
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
