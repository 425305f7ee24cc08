"""Reconciliation: Stripe walked from end to end and held against the books.

What is found is a Finding of a class (`findings.KINDS`). Booking what Stripe says repairs most of them and moves no
money; what was asked of Stripe and never answered is always finished.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from orders.models import Checkout, Order
from payments import gateway
from payments.models import Dispute, Finding, Payment, PaymentEvent, Refund, WebhookEvent
from payments.services.comparing import Facts, ask, book, differences
from payments.services.errors import ProviderAway
from payments.services.findings import (
    NotRepaired,
    Outcome,
    close,
    close_compared,
    close_what_is_over,
    why_not_repaired,
)
from payments.services.inbox import DECIDED, WANTED, act_again, record_event, undecided_events
from payments.services.late import return_money
from payments.services.ledger import report, undecided
from payments.services.refunding import follow_up
from payments.services.sessions import adopt_session, resolve_start
from payments.services.settling import CannotSettle, Undecided, decide, release, why_not
from payments.services.sweeping import Tally, alone

# Younger events may be on their way here.
OVERDUE_AFTER = timedelta(minutes=5)
# So long an operation may be under way before somebody should know.
OPERATION_TAKES = timedelta(minutes=5)
BATCH = 200
T = TypeVar("T")
OURS = "T-"


@dataclass
class Reconciliation(Tally):
    """What a run saw and did; `seen` counts sessions, `walked` everything by its kind."""

    walked: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def count(self, what: str) -> None:
        self.walked[what] = self.walked.get(what, 0) + 1


def reconcile(*, since: timedelta = timedelta(days=3), repair: bool = True) -> Reconciliation:
    """Finish what was asked of Stripe, then compare sessions, intents, refunds, disputes and events with the books.

    `since` says how far to look back at Stripe; open findings, holds that must have ended and open disputes are asked
    about whatever their age. Without `repair` differences are only found. Safe to run twice at once. Raises
    gateway.GatewayError if Stripe does not let us walk.
    """
    tally = Reconciliation()
    began = timezone.now()
    _finish_starts(tally)
    _finish_operations(tally)
    _release_cancelled(tally)
    _finish_events(tally, began)
    suspects = _suspects(tally, began, began - since)
    for numbers in _batched(sorted(suspects)):
        for payment in _payments(Q(pk__in=numbers)):
            with alone(tally, payment.checkout.number):
                tally.repaired += examine(payment, repair=repair)
    _look_for_missed_events(tally, began, began - since, repair=repair)
    tally.findings = list(Finding.objects.filter(resolved_at=None).select_related("payment__checkout"))
    return tally


def examine(payment: Payment, *, repair: bool) -> int:
    """Ask Stripe for all of one payment, note what differs, and book it if that is wanted; returns what was repaired.

    Raises gateway.Unclear, gateway.Refused.
    """
    facts = ask(payment)
    found = differences(payment, facts)
    for each in found:
        report(payment, each.kind, each.sentence, about=each.about)
    if found and repair and not facts.is_unknown:
        payment = book(payment, facts)
        left = differences(payment, facts)
    else:
        left = found
    close_what_is_over(payment)
    return close_compared(payment, still={each.key for each in left}, repaired={each.key for each in found})


def repair_finding(finding: Finding) -> str:
    """Set right what one finding is about, by booking what Stripe says; returns what was done.

    Raises NotRepaired if the difference is still there, or never could be repaired this way; gateway.GatewayError.
    """
    if why := why_not_repaired(finding):
        raise NotRepaired(why)
    tally, now = Reconciliation(), timezone.now()
    if finding.kind == "event_not_delivered":
        _look_for_missed_events(tally, now, now - timedelta(days=30), repair=True)
    elif finding.kind == "event_undecided":
        _finish_events(tally, now, only=finding.about)
    elif finding.kind == "operation_undecided":
        _finish_operations(tally, only=finding.about)
    elif finding.payment:
        if finding.kind == "late_money":
            return_money(finding.payment)
        examine(_payments(Q(pk=finding.payment_id)).get(), repair=True)
    finding.refresh_from_db()
    if finding.resolved_at is None:
        raise NotRepaired(f"It is not repaired: {finding.sentence}")
    return "The books say what Stripe says now."


# --- what is under way ------------------------------------------------------------------------------
def _finish_starts(tally: Reconciliation) -> None:
    lost = Payment.objects.filter(checkout__state=Checkout.State.OPEN, session_id=None)
    old_enough = timezone.now() - timedelta(minutes=1)
    for payment in lost.filter(created_at__lt=old_enough).select_related("checkout"):
        with alone(tally, payment.checkout.number):
            if not resolve_start(payment):
                raise ProviderAway
            tally.repaired += 1


def _finish_operations(tally: Reconciliation, *, only: str = "") -> None:
    """Requests without an answer: Stripe is asked what became of them, which it knows longer than any key."""
    asked = undecided().filter(operation=only) if only else undecided()
    for each in asked.select_related("payment__checkout"):
        with alone(tally, each.operation):
            if _is_decided(each):
                tally.repaired += 1
            elif not Refund.objects.filter(operation=each.operation, state=Refund.State.PENDING).exists():
                raise ProviderAway
        _note_operation(each)
    for finding in Finding.objects.filter(kind="operation_undecided", resolved_at=None):
        if not undecided().filter(operation=finding.about).exists():
            close(Finding.objects.filter(pk=finding.pk), Outcome.REPAIRED)


def _release_cancelled(tally: Reconciliation) -> None:
    """Let go of holds that nobody needs: the request that went out when the order was cancelled got lost."""
    left = Payment.objects.filter(state=Payment.State.AUTHORISED, order__state=Order.State.CANCELLED)
    for payment in left.select_related("checkout", "order"):
        if not why_not(payment):
            with alone(tally, payment.checkout.number), suppress(CannotSettle, Undecided):
                release(payment)
                tally.repaired += 1


def _is_decided(asked: PaymentEvent) -> bool:
    if asked.kind == PaymentEvent.Kind.REFUND:
        return follow_up(Refund.objects.select_related("payment__checkout").get(operation=asked.operation))
    if asked.payment.order_id is None:
        return_money(asked.payment)
        return True
    return decide(asked)


def _note_operation(asked: PaymentEvent) -> None:
    is_pending = Refund.objects.filter(operation=asked.operation, state=Refund.State.PENDING)
    if asked.at > timezone.now() - OPERATION_TAKES or is_pending.exists():
        return
    if undecided().filter(pk=asked.pk).exists():
        words = f"The {asked.kind} {asked.operation} was asked of Stripe; nobody knows yet what became of it."
        report(asked.payment, "operation_undecided", words, about=asked.operation)


def _finish_events(tally: Reconciliation, began: datetime, *, only: str = "") -> None:
    """Events that were verified and had no effect: each is a finding, which closes once it has had its effect."""
    rows = undecided_events(older_than=began if only else began - timedelta(minutes=1))
    for row in (rows.filter(event_id=only) if only else rows).iterator():
        words = f"{row.kind} {row.event_id} was received and had no effect yet."
        finding = report(row.payment, "event_undecided", words, about=row.event_id)
        if act_again(row):
            tally.repaired += close(Finding.objects.filter(pk=finding.pk), Outcome.REPAIRED)
        else:
            tally.undecided += 1
    decided = WebhookEvent.objects.filter(state__in=DECIDED).values("event_id")
    close(Finding.objects.filter(kind="event_undecided", about__in=decided), Outcome.GONE)


# --- the walk ---------------------------------------------------------------------------------------
def _suspects(tally: Reconciliation, began: datetime, since: datetime) -> set[int]:
    """Which payments have to be looked at closely: by what Stripe has made since, and by what the books wait for."""
    suspects = set()
    seen: set[str] = set()
    for sessions in _batched(gateway.list_sessions(since=since)):
        seen.update(session.id for session in sessions)
        suspects |= _of_sessions(tally, sessions)
    for intents in _batched(gateway.walk_intents(since=since)):
        suspects |= _of_intents(tally, intents)
    suspects |= _by_intent(
        tally, "refunds", gateway.walk_refunds(since=since), lambda found: Facts(refunds=found)
    )
    suspects |= _by_intent(
        tally, "disputes", gateway.walk_disputes(since=since), lambda found: Facts(disputes=found)
    )
    return suspects | _waiting(began) | _not_seen(began, since, seen)


def _of_sessions(tally: Reconciliation, sessions: Iterable[gateway.Session]) -> set[int]:
    payments = {
        payment.checkout.number: payment
        for payment in _payments(Q(checkout__number__in=[each.number for each in sessions]))
    }
    suspects = set()
    for session in sessions:
        tally.seen += 1
        tally.count("sessions")
        with alone(tally, session.id):
            payment = payments.get(session.number)
            if payment is None:
                _report_unknown(session)
            elif _is_its_own(payment, session) and differences(payment, Facts(session, session.intent)):
                suspects.add(payment.pk)
    return suspects


def _report_unknown(session: gateway.Session) -> None:
    if session.number.startswith(OURS):
        words = f"Session {session.id} for {session.number}, unknown to these books."
        report(None, "unknown_session", words, about=session.id)


def _is_its_own(payment: Payment, session: gateway.Session) -> bool:
    """Whether this is the session of the payment; one whose creation was not answered is adopted."""
    if payment.session_id is None and session.status != "open":
        adopt_session(payment, session)
    if payment.session_id in {None, session.id}:
        return payment.session_id is not None
    report(payment, "second_session", f"A second session {session.id} for {session.number}.")
    return False


def _of_intents(tally: Reconciliation, intents: Iterable[gateway.Intent]) -> set[int]:
    payments = {
        payment.checkout.number: payment
        for payment in _payments(Q(checkout__number__in=[each.number for each in intents if each.number]))
    }
    suspects = set()
    for intent in intents:
        tally.count("intents")
        payment = payments.get(intent.number)
        found = differences(payment, Facts(intent=intent)) if payment else []
        for each in found:
            if each.kind == "mismatch" and payment:
                report(payment, each.kind, each.sentence)
            elif payment:
                suspects.add(payment.pk)
    return suspects


def _by_intent(
    tally: Reconciliation, what: str, walk: Iterator[Any], facts_of: Callable[[list[Any]], Facts]
) -> set[int]:
    """Payments about whose refunds or disputes the books do not say what Stripe says."""
    suspects = set()
    for found in _batched(walk):
        by_intent: dict[str, list] = {}
        for each in found:
            tally.count(what)
            by_intent.setdefault(each.intent_id, []).append(each)
        known = {payment.intent_id: payment for payment in _payments(Q(intent_id__in=by_intent))}
        for intent_id, seen in by_intent.items():
            if payment := known.get(intent_id):
                if differences(payment, facts_of(seen)):
                    suspects.add(payment.pk)
            elif what == "disputes" and intent_id:
                suspects |= _of_unknown(intent_id, seen)
    return suspects


def _of_unknown(intent_id: str, seen: Iterable[gateway.Dispute]) -> set[int]:
    """A dispute of a payment that the books do not know: its intent says whose it is."""
    number = gateway.retrieve_intent(intent_id).number
    if payment := Payment.objects.filter(checkout__number=number).first() if number else None:
        return {payment.pk}
    if number.startswith(OURS):
        for each in seen:
            words = f"Dispute {each.id} is about {number}, unknown to these books."
            report(None, "unknown_dispute", words, about=each.id)
    return set()


def _waiting(began: datetime) -> set[int]:
    """Payments that Stripe is asked about whatever their age.

    Their authorisation must have ended by now, a bank has not decided yet, or a finding about them is open.
    """
    lapsed = Q(state=Payment.State.AUTHORISED, capture_before__lt=began)
    disputed = Q(pk__in=Dispute.objects.undecided().values("payment"))
    found = Q(pk__in=Finding.objects.filter(resolved_at=None, payment__isnull=False).values("payment"))
    return set(Payment.objects.filter(lapsed | disputed | found).values_list("pk", flat=True))


def _not_seen(began: datetime, since: datetime, seen: set[str]) -> set[int]:
    """Payments that were proven, and whose session should have been in the walk."""
    recent = Payment.objects.filter(
        authorised__gt=0,
        session_id__isnull=False,
        created_at__gte=since,
        created_at__lt=began - timedelta(minutes=1),
    )
    return {pk for pk, session_id in recent.values_list("pk", "session_id") if session_id not in seen}


def _batched(things: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(things)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _payments(which: Q) -> QuerySet[Payment]:
    rows = Payment.objects.filter(which).select_related("checkout", "order")
    return rows.prefetch_related("refunds", "disputes")


# --- events -----------------------------------------------------------------------------------------
def _look_for_missed_events(tally: Reconciliation, began: datetime, since: datetime, *, repair: bool) -> None:
    """Events that Stripe made and this shop never got: one finding for all of them, as the cause is one."""
    missed: list[gateway.Event] = []
    for events in _batched(gateway.walk_events(WANTED, since=since)):
        for _event in events:
            tally.count("events")
        due = [event for event in events if _is_overdue(event, began)]
        known = WebhookEvent.objects.filter(event_id__in=[event.id for event in due])
        got = set(known.values_list("event_id", flat=True))
        missed.extend(event for event in due if event.id not in got)
    open_ones = Finding.objects.filter(kind="event_not_delivered")
    if not missed:
        close(open_ones, Outcome.GONE)
        return
    first = missed[-1]
    words = (
        f"{len(missed)} events of Stripe's never came, the first of them {first.kind} {first.id}. Is the endpoint in "
        "Stripe's dashboard the right one, is it switched on, and does it listen to this kind?"
    )
    report(None, "event_not_delivered", words, about="webhook")
    if not repair:
        return
    left = 0
    for event in reversed(missed):
        left += 1
        with alone(tally, event.id):
            record_event(event)
            left -= 1
    if not left:
        tally.repaired += close(open_ones, Outcome.REPAIRED)


def _is_overdue(event: gateway.Event, began: datetime) -> bool:
    created = datetime.fromtimestamp(int(event.body.get("created", 0)), UTC)
    return event.livemode == settings.STRIPE_LIVE and created < began - OVERDUE_AFTER
