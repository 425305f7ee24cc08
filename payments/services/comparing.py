"""One payment of the books held against what Stripe says of it: every difference by its class and in a sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from config.money import format_money
from payments import gateway
from payments.models import Dispute, Payment, Refund
from payments.services.disputing import MOVES, book_dispute, why_not_booked
from payments.services.proving import book_intent, book_session, mismatch
from payments.services.refund_booking import RANK, STATES, book_refunds

DECIDED = {"requires_capture", "succeeded", "canceled"}


@dataclass(frozen=True)
class Facts:
    """What Stripe says of a payment. `is_whole` tells that it was asked for everything, not only for what is new."""

    session: gateway.Session | None = None
    intent: gateway.Intent | None = None
    refunds: Sequence[gateway.Refund] = ()
    disputes: Sequence[gateway.Dispute] = ()
    is_whole: bool = False
    is_unknown: bool = False


@dataclass(frozen=True)
class Difference:
    """One thing that the books and Stripe say differently; `kind` is one of `findings.KINDS`."""

    payment: Payment = field(repr=False)
    kind: str
    sentence: str
    about: str = ""

    @property
    def key(self) -> str:
        return f"{self.kind} {self.about or self.payment.checkout.number}"


def ask(payment: Payment) -> Facts:
    """Ask Stripe for all that it knows of a payment. Raises gateway.Unclear, gateway.Refused."""
    try:
        session = gateway.retrieve_session(payment.session_id) if payment.session_id else None
        intent = session.intent if session else None
        if intent is None and payment.intent_id:
            intent = gateway.retrieve_intent(payment.intent_id)
    except gateway.Refused as refusal:
        if refusal.code != "resource_missing":
            raise
        return Facts(is_whole=True, is_unknown=True)
    if intent is None or intent.status != "succeeded":
        return Facts(session, intent, is_whole=True)
    refunds, disputes = gateway.list_refunds(intent.id), gateway.list_disputes(intent.id)
    return Facts(session, intent, refunds, disputes, is_whole=True)


def differences(payment: Payment, facts: Facts) -> list[Difference]:
    """What the books say otherwise than these facts; calls nobody, and reads refunds and disputes of the payment."""
    if facts.is_unknown:
        return list(_unknown(payment))
    if facts.intent and facts.intent.status in DECIDED and (wrong := mismatch(payment, facts.intent)):
        return [Difference(payment, "mismatch", wrong)]
    return [
        *_of_session(payment, facts.session),
        *_of_intent(payment, facts.intent),
        *_of_refunds(payment, facts),
        *_of_disputes(payment, facts.disputes),
    ]


def book(payment: Payment, facts: Facts) -> Payment:
    """Book what Stripe says, forward only: it moves no money. Raises gateway.GatewayError."""
    if facts.intent:
        payment = book_intent(payment, facts.intent)
    elif facts.session:
        payment = book_session(payment, facts.session)
    if facts.refunds:
        payment = book_refunds(payment, list(facts.refunds))
    for seen in facts.disputes:
        book_dispute(payment, seen)
    return Payment.objects.select_related("checkout", "order").get(pk=payment.pk)


def _unknown(payment: Payment) -> Iterator[Difference]:
    if payment.authorised:
        words = (
            f"The books say that {format_money(payment.authorised)} were authorised for {payment.checkout.number}, but "
            f"Stripe does not know {payment.session_id or payment.intent_id}."
        )
        yield Difference(payment, "missing_at_stripe", words)


def _of_session(payment: Payment, session: gateway.Session | None) -> Iterator[Difference]:
    number = payment.checkout.number
    if session is None:
        return
    if session.status == "expired" and payment.checkout.is_live:
        words = (
            f"The payment page of {number} has ended at Stripe; the checkout still waits and holds its stock."
        )
        yield Difference(payment, "dead_session", words)


def _of_intent(payment: Payment, intent: gateway.Intent | None) -> Iterator[Difference]:
    if intent is None or intent.status not in DECIDED:
        return
    number = payment.checkout.number
    if intent.status == "canceled":
        if payment.captured:
            words = f"{number}: {format_money(payment.captured)} were settled, say the books; Stripe says cancelled."
            yield Difference(payment, "state_differs", words)
        elif payment.checkout.is_live or (payment.authorised and not payment.voided):
            words = f"{number}: Stripe has released {format_money(payment.amount)}, the books do not know."
            yield Difference(payment, "released_at_stripe", words)
        return
    if not payment.authorised:
        words = f"{format_money(intent.amount)} were paid for {number} at Stripe, but there is no order."
        yield Difference(payment, "paid_without_order", words)
    if intent.status == "requires_capture":
        if payment.captured or payment.voided:
            done = "settled" if payment.captured else "released"
            words = f"{number}: the books say that the money was {done}, at Stripe it is still only held."
            yield Difference(payment, "state_differs", words)
    elif payment.voided and not payment.captured:
        words = f"{number}: the hold was released, say the books; Stripe has settled {format_money(intent.received)}."
        yield Difference(payment, "state_differs", words)
    elif payment.authorised and not payment.captured:
        words = f"{number}: Stripe has settled {format_money(intent.received)}, the books do not know."
        yield Difference(payment, "captured_at_stripe", words)
    elif payment.captured and payment.captured != intent.received:
        words = (
            f"{number}: Stripe has settled {format_money(intent.received)}, the books say "
            f"{format_money(payment.captured)}."
        )
        yield Difference(payment, "amount_differs", words)


def _of_refunds(payment: Payment, facts: Facts) -> Iterator[Difference]:
    rows = list(payment.refunds.all())
    by_id = {row.stripe_id: row for row in rows if row.stripe_id}
    asked = {row.operation: row for row in rows if not row.stripe_id and row.state != Refund.State.FAILED}
    for seen in facts.refunds:
        row = by_id.get(seen.id) or asked.get(seen.operation)
        state = STATES.get(seen.status)
        if row and row.amount != seen.amount:
            words = f"{seen.id} is {format_money(seen.amount)} at Stripe and {format_money(row.amount)} in the books."
            yield Difference(payment, "amount_differs", words, seen.id)
        elif state and row is None:
            words = (
                f"{format_money(seen.amount)} were paid back at Stripe ({seen.id}), the books do not know."
            )
            yield Difference(payment, "refund_at_stripe", words, seen.id)
        elif state and row and RANK[state] > RANK[Refund.State(row.state)]:
            yield Difference(payment, *_advanced(row, state, seen))
    if not facts.is_whole or (facts.intent and facts.intent.status != "succeeded"):
        return
    known = {seen.id for seen in facts.refunds}
    for row in rows:
        if row.stripe_id and row.stripe_id not in known:
            words = f"The books know a refund {row.stripe_id} of {format_money(row.amount)}, Stripe does not."
            yield Difference(payment, "refund_unknown_at_stripe", words, row.stripe_id)


def _advanced(row: Refund, state: str, seen: gateway.Refund) -> tuple[str, str, str]:
    amount = format_money(row.amount)
    if state == Refund.State.FAILED and row.state == Refund.State.SUCCEEDED:
        words = (
            f"The refund of {amount} ({seen.id}) has failed at Stripe, the books say that it was paid back."
        )
        return "refund_failed_late", words, seen.id
    words = f"The refund of {amount} ({seen.id}) is {seen.status} at Stripe, {row.get_state_display()} in the books."
    return "refund_at_stripe", words, seen.id


def _of_disputes(payment: Payment, disputes: Sequence[gateway.Dispute]) -> Iterator[Difference]:
    rows = {row.stripe_id: row for row in payment.disputes.all()} if disputes else {}
    for seen in disputes:
        row = rows.get(seen.id)
        if why_not_booked(payment, seen):
            continue  # booking it leaves a finding of its own
        if row is None:
            words = f"A bank disputes {format_money(seen.amount)} ({seen.id}, {seen.status}), the books do not know."
            yield Difference(payment, "dispute_missed", words, seen.id)
        elif row.amount != seen.amount:
            words = f"Dispute {seen.id} is about {format_money(seen.amount)}, the books say {format_money(row.amount)}."
            yield Difference(payment, "amount_differs", words, seen.id)
        elif seen.status in MOVES[row.state]:
            now = Dispute.State(seen.status).label
            words = f"Dispute {seen.id} at Stripe: {now}; in the books: {row.get_state_display()}."
            yield Difference(payment, "dispute_missed", words, seen.id)
