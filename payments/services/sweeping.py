"""What goes round by the clock: ending what is over, and comparing Stripe with the books."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from orders.models import Checkout
from payments import gateway
from payments.models import Payment, PaymentEvent
from payments.services.errors import AlreadyOrdered, ProviderAway
from payments.services.inbox import act_on_undecided
from payments.services.late import return_money
from payments.services.ledger import report
from payments.services.proving import book_session, prove_intent
from payments.services.start import adopt_session, end_session, resolve_start

logger = logging.getLogger(__name__)


@dataclass
class Tally:
    """What a run did, for the operator."""

    seen: int = 0
    repaired: int = 0
    undecided: int = 0


def expire_checkouts() -> Tally:
    """End each checkout whose time is over: first its session at Stripe, then its hold on the stock.

    One that turns out to be paid becomes an order. Where Stripe does not answer nothing changes, and the next run
    tries again. Safe to run twice at once.
    """
    tally = Tally()
    over = Payment.objects.filter(checkout__state__in=Checkout.LIVE, checkout__expires_at__lte=timezone.now())
    for payment in over.select_related("checkout").order_by("checkout__expires_at"):
        tally.seen += 1
        with _alone(tally, payment.checkout.number):
            tally.repaired += _expire(payment)
    return tally


def _expire(payment: Payment) -> int:
    """End one checkout; returns 1, also if it turned out to be paid."""
    with suppress(AlreadyOrdered):
        end_session(payment, act="expire", reason="Not paid in time.")
    return 1


@contextmanager
def _alone(tally: Tally, about: str) -> Iterator[None]:
    """Keep one piece of business that fails from stopping all the others; the next run tries it again.

    What is not Stripe's silence is a bug or a broken row: it goes to the log with its traceback.
    """
    try:
        yield
    except (ProviderAway, gateway.GatewayError):
        tally.undecided += 1
    except Exception:
        logger.exception("%s stays undecided.", about)
        tally.undecided += 1


def reconcile(*, since: timedelta = timedelta(days=3)) -> Tally:
    """Walk Stripe's sessions and our own unfinished business, and book what was missed.

    Places orders for paid sessions whose events never came, ends checkouts whose session is dead, finishes starts
    and operations without an answer, asks about authorisations whose time is over, takes up undecided events.
    Safe to run twice at once. Raises gateway.GatewayError if Stripe does not let us walk its sessions.
    """
    tally = Tally()
    began = timezone.now()
    for session in gateway.list_sessions(since=began - since):
        tally.seen += 1
        with _alone(tally, session.id):
            tally.repaired += _reconcile_session(session)
    _finish_starts(tally)
    _finish_operations(tally)
    _ask_about_lapsed(tally)
    tally.repaired += act_on_undecided(older_than=began - timedelta(minutes=1))
    return tally


def _reconcile_session(session: gateway.Session) -> int:
    """Book one session; returns 1 if that changed something."""
    payment = (
        Payment.objects.filter(checkout__number=session.number).select_related("checkout", "order").first()
    )
    if payment is None:
        if session.number.startswith("T-"):
            report(
                None, "unknown_session", f"Session {session.id} for {session.number}, unknown to these books."
            )
        return 0
    if payment.session_id is None and session.status != "open":
        adopt_session(payment, session)
    if payment.session_id not in {None, session.id}:
        report(payment, "second_session", f"A second session {session.id} for {session.number}.")
        return 0
    before = payment.state
    return int(book_session(payment, session).state != before)


def _finish_starts(tally: Tally) -> None:
    lost = Payment.objects.filter(checkout__state=Checkout.State.OPEN, session_id=None)
    old_enough = timezone.now() - timedelta(minutes=1)
    for payment in lost.filter(created_at__lt=old_enough).select_related("checkout"):
        with _alone(tally, payment.checkout.number):
            if not resolve_start(payment):
                raise ProviderAway
            tally.repaired += 1


def _finish_operations(tally: Tally) -> None:
    """Money that is to go back and has not: ask and act again, under the same key."""
    lines = PaymentEvent.objects.filter(operation=OuterRef("operation"))
    answered = Exists(lines.exclude(result=PaymentEvent.Result.REQUESTED))
    open_ones = PaymentEvent.objects.filter(~answered, result=PaymentEvent.Result.REQUESTED)
    for event in open_ones.select_related("payment__checkout"):
        with _alone(tally, event.operation):
            return_money(event.payment)
            tally.repaired += 1


def _ask_about_lapsed(tally: Tally) -> None:
    """Authorisations that must have ended by now, by settling or by lapsing, although no event told us so.

    Their sessions are older than those that are walked.
    """
    silent = Payment.objects.filter(state=Payment.State.AUTHORISED, capture_before__lt=timezone.now())
    for payment in silent.select_related("checkout", "order"):
        with _alone(tally, payment.checkout.number):
            tally.repaired += prove_intent(payment, payment.intent_id or "").state != payment.state
