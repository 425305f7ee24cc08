"""The payment page at Stripe: asked for under one key, found again, ended; whatever is not answered is asked about."""

import logging
import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from orders import services as orders
from payments import gateway
from payments.models import Payment
from payments.services.awaiting import (
    ask_about_it_next,
    ask_anew,
    end_unasked,
    ends_too_soon,
    wait_for_link,
    waiting_page,
)
from payments.services.errors import AlreadyOrdered, ProviderAway
from payments.services.proving import book_session, end
from payments.tasks import mail_payment_link

logger = logging.getLogger(__name__)
OTHER_PRESS_SECONDS = 3
UNANSWERED_AFTER = timedelta(seconds=30)


def page_of(payment: Payment) -> str | None:
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
