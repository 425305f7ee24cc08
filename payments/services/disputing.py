"""Disputes: a customer's bank takes the money back, and evidence decides whether it stays away.

What Stripe says of a dispute when it is asked is what is booked, so its events may come in any order, twice or never.
While a dispute is undecided the order is held; no stock moves. Evidence is handed in on Stripe's dashboard
(https://docs.stripe.com/disputes/responding).
"""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from config.money import format_money
from orders import services as orders
from orders.models import Order, OrderHold
from payments import gateway
from payments.models import Dispute, Payment, PaymentEvent
from payments.services.ledger import report, write
from payments.services.proving import lock, prove_intent
from payments.tasks import mail_dispute

S = Dispute.State
Kind = PaymentEvent.Kind
Result = PaymentEvent.Result

_DECIDED_BY_BANK = {S.WON, S.LOST}
# What may follow what. An inquiry may become a dispute even after it was closed; a loss may be appealed against.
MOVES: Mapping[str, frozenset[str]] = {
    S.INQUIRY: frozenset(
        {
            S.INQUIRY_ANSWERED,
            S.INQUIRY_CLOSED,
            S.NEEDS_RESPONSE,
            S.UNDER_REVIEW,
            S.PREVENTED,
            *_DECIDED_BY_BANK,
        }
    ),
    S.INQUIRY_ANSWERED: frozenset(
        {S.INQUIRY_CLOSED, S.NEEDS_RESPONSE, S.UNDER_REVIEW, S.PREVENTED, *_DECIDED_BY_BANK}
    ),
    S.INQUIRY_CLOSED: frozenset({S.NEEDS_RESPONSE, S.UNDER_REVIEW, *_DECIDED_BY_BANK}),
    S.NEEDS_RESPONSE: frozenset({S.UNDER_REVIEW, S.PREVENTED, *_DECIDED_BY_BANK}),
    S.UNDER_REVIEW: frozenset(_DECIDED_BY_BANK),
    S.LOST: frozenset({S.APPEAL_NEEDS_RESPONSE, S.APPEAL_UNDER_REVIEW, S.WON}),
    S.APPEAL_NEEDS_RESPONSE: frozenset({S.APPEAL_UNDER_REVIEW, *_DECIDED_BY_BANK}),
    S.APPEAL_UNDER_REVIEW: frozenset(_DECIDED_BY_BANK),
    S.PREVENTED: frozenset(),
    S.WON: frozenset(),
}


def dashboard_url(dispute: Dispute) -> str:
    """Where staff answer it: Stripe's own page, which takes evidence as no form of ours could."""
    mode = "" if settings.STRIPE_LIVE else "test/"
    return f"https://dashboard.stripe.com/{mode}disputes/{dispute.stripe_id}"


def why_disputed(payment: Payment) -> str:
    """Why nothing goes back to the card because of a dispute, in a sentence for staff; empty if none is in the way."""
    blocking = payment.disputes.with_money_away().filter(is_refundable=False)
    row = blocking.order_by("pk").first()
    if row is None:
        return ""
    if row.state == S.LOST:
        return (
            f"The customer's bank has paid {format_money(row.amount)} back already: the dispute {row.stripe_id} is "
            "lost."
        )
    return (
        f"The customer's bank disputes {format_money(row.amount)} of this payment and holds the money. Nothing can be "
        f"paid back to the card until {row.stripe_id} is decided."
    )


def follow_dispute(payment: Payment, dispute_id: str) -> Dispute | None:
    """Ask Stripe how a dispute stands and book it. Raises gateway.Unclear, gateway.Refused."""
    return book_dispute(payment, gateway.retrieve_dispute(dispute_id))


def book_dispute(payment: Payment, seen: gateway.Dispute) -> Dispute | None:
    """Book what Stripe says of a dispute, forward only; None, with a finding, for one that cannot be booked.

    A payment of which the books do not know yet that it was settled is asked about first. Raises gateway.GatewayError.
    """
    if not payment.captured and payment.intent_id:
        payment = prove_intent(payment, payment.intent_id)
    if wrong := why_not_booked(payment, seen):
        report(payment, "unclear_dispute", wrong, about=seen.id)
        return None
    return _book(payment, seen)


def why_not_booked(payment: Payment, seen: gateway.Dispute) -> str:
    """Why a dispute cannot be booked as it is, in a sentence; empty if it can."""
    if seen.status not in S.values:
        return f"Dispute {seen.id} is {seen.status}, a word of Stripe's that is not known here."
    if seen.currency != payment.currency or seen.amount <= 0:
        return (
            f"Dispute {seen.id} is about {seen.amount} {seen.currency}, the payment is in {payment.currency}."
        )
    return ""


@transaction.atomic
def _book(payment: Payment, seen: gateway.Dispute) -> Dispute:
    payment = lock(payment)
    row = Dispute.objects.filter(stripe_id=seen.id).first()
    if row is None:
        row = Dispute.objects.create(
            payment=payment,
            stripe_id=seen.id,
            amount=seen.amount,
            reason=seen.reason[:60],
            state=seen.status,
            is_refundable=seen.is_refundable,
            evidence_due_at=seen.due_at,
            opened_at=seen.opened_at,
        )
        _advanced(payment, row, was="")
    elif seen.status in MOVES[row.state]:
        was, row.state = row.state, seen.status
        _advanced(payment, row, was=was)
    if row.state == seen.status:
        row.evidence_due_at, row.is_refundable = seen.due_at, seen.is_refundable
        row.save(update_fields=["state", "closed_at", "evidence_due_at", "is_refundable"])
    return row


def _advanced(payment: Payment, row: Dispute, *, was: str) -> None:
    """Let money, order and staff follow what has become of the dispute."""
    row.closed_at = None if row.is_undecided else timezone.now()
    _book_money(row, was)
    payment.disputed = sum(
        each.amount for each in payment.disputes.all() if (row if each.pk == row.pk else each).is_money_away
    )
    payment.save(update_fields=["disputed"])
    if payment.order:
        _hold_or_lift(payment.order, row)
        details = {"amount": row.amount, "reason": row.reason_words}
        key = f"{row.stripe_id} {row.state}"
        orders.record_event(payment.order, _WORDS[S(row.state)], details=details, key=key, is_public=False)
    is_news = not was or (was in Dispute.INQUIRIES and not row.is_inquiry)
    if row.is_undecided and is_news:
        mail_dispute.enqueue(row.pk, row.state)


def _book_money(row: Dispute, was: str) -> None:
    """The ledger: the bank takes the money, keeps it, gives it back. What never left leaves no trace."""
    was_away = was in Dispute.MONEY_IS_AWAY
    if not was_away and (row.is_money_away or row.state == S.WON):
        _write(row, Result.REQUESTED, f"Taken back by the customer's bank: {row.reason_words}.")
    if row.state == S.LOST:
        _write(row, Result.SUCCEEDED, "The dispute is lost.")
    elif row.state == S.WON or (was_away and not row.is_money_away):
        _write(row, Result.FAILED, f"The dispute is {row.get_state_display()}: the money is back.")


def _write(row: Dispute, result: str, detail: str) -> None:
    write(
        row.payment,
        Kind.DISPUTE,
        result,
        row.amount,
        operation=row.stripe_id,
        key=f"{row.stripe_id} {result}"[:120],
        detail=detail[:300],
    )


def _hold_or_lift(order: Order, row: Dispute) -> None:
    """Hold the order while the bank has not decided, and for good once it has kept the money: then a person decides."""
    asked, disputed = f"dispute {row.stripe_id} inquiry"[:120], f"dispute {row.stripe_id}"[:120]
    if row.is_undecided or row.is_money_away:
        # A question that becomes a dispute is a reason of its own: it holds though the first was lifted.
        what, key = ("asks about", asked) if row.is_inquiry else ("disputes", disputed)
        why = f"The customer's bank {what} {format_money(row.amount)} ({row.reason_words})."
        orders.hold(order, OrderHold.Kind.DISPUTE, why=why, key=key)
    else:
        for held in OrderHold.objects.open().filter(key__in=[asked, disputed]):
            orders.lift(held)


# For staff, who read English.
_WORDS = {
    S.INQUIRY: "The customer's bank asks about %(amount)s (%(reason)s). No money has moved.",
    S.INQUIRY_ANSWERED: "The bank's question about %(amount)s is answered.",
    S.INQUIRY_CLOSED: "The bank's question about %(amount)s is closed. No money has moved.",
    S.NEEDS_RESPONSE: "The customer's bank disputes %(amount)s (%(reason)s) and has taken the money.",
    S.UNDER_REVIEW: "Evidence is in: the bank decides about %(amount)s.",
    S.APPEAL_NEEDS_RESPONSE: "The loss of %(amount)s can be appealed against.",
    S.APPEAL_UNDER_REVIEW: "The appeal is in: it is decided about %(amount)s.",
    S.WON: "The dispute is won: %(amount)s are back.",
    S.LOST: "The dispute is lost: %(amount)s are gone.",
    S.PREVENTED: "A dispute about %(amount)s was prevented.",
}


def note_dispute(dispute: Dispute, words: str) -> str:
    """Keep what staff wrote down about a dispute; returns what was there before."""
    before = dispute.note
    Dispute.objects.filter(pk=dispute.pk).update(note=words)
    dispute.note = words
    return before
