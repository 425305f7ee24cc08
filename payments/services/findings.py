"""What does not fit: which kinds there are, who can set them right, and when one is over."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from orders import services as orders
from payments.models import Finding, Payment, Refund
from payments.services.errors import PaymentError

Outcome = Finding.Outcome


@dataclass(frozen=True)
class Kind:
    """A class of differences: what it is, and whether booking what Stripe says sets it right."""

    says: str
    can_be_repaired: bool = False


KINDS = {
    # Between one payment of ours and Stripe; these are compared anew each time and close by themselves.
    "paid_without_order": Kind("Paid at Stripe, but no order was placed", can_be_repaired=True),
    "dead_session": Kind("The payment page has ended, the checkout waits still", can_be_repaired=True),
    "captured_at_stripe": Kind("Settled at Stripe, not in the books", can_be_repaired=True),
    "released_at_stripe": Kind("Released or lapsed at Stripe, not in the books", can_be_repaired=True),
    "refund_at_stripe": Kind("Paid back at Stripe, not in the books", can_be_repaired=True),
    "refund_failed_late": Kind("A refund has failed at Stripe after it had succeeded", can_be_repaired=True),
    "dispute_missed": Kind("A dispute at Stripe that the books do not know so", can_be_repaired=True),
    "mismatch": Kind("Another amount, currency, mode or payment than was asked for"),
    "amount_differs": Kind("The books and Stripe name different amounts"),
    "state_differs": Kind("The books say that money moved, Stripe says that it did not, or the reverse"),
    "refund_unknown_at_stripe": Kind("Stripe does not know a refund of the books"),
    "missing_at_stripe": Kind("Stripe does not know the payment of the books"),
    # What is under way for too long.
    "event_undecided": Kind("A verified event had no effect yet", can_be_repaired=True),
    "event_not_delivered": Kind("Events that Stripe could not deliver", can_be_repaired=True),
    "operation_undecided": Kind("Stripe was asked, and nobody knows what became of it", can_be_repaired=True),
    # What a person has to look at.
    "late_money": Kind("Paid too late; the money goes back", can_be_repaired=True),
    "refund_failed": Kind("A refund failed: the customer has not got the money"),
    "charged_after_cancelling": Kind("A cancelled order was charged"),
    "counter_money": Kind("Money that was paid at the counter is to be given back"),
    "refunded_twice": Kind("More went back than was paid"),
    "lapsing": Kind("A hold on a card ends soon and was not dealt with"),
    "unclear_dispute": Kind("A dispute that could not be booked"),
    "unknown_order": Kind("An event about an order that these books do not know"),
    "unknown_session": Kind("A payment page for an order that these books do not know"),
    "unknown_dispute": Kind("A dispute about an order that these books do not know"),
    "second_session": Kind("A second payment page of one checkout"),
}
COMPARED = frozenset(list(KINDS)[:12])


class AlreadyResolved(PaymentError):
    """Somebody else has looked at it."""

    def __init__(self) -> None:
        super().__init__("This finding was resolved before.")


class NotRepaired(PaymentError):
    """The difference is still there; the message says which."""


def why_not_repaired(finding: Finding) -> str:
    """Why nothing can be repaired with a button, in a sentence; empty if something can."""
    if finding.resolved_at:
        return "This finding was resolved before."
    kind = KINDS.get(finding.kind)
    if kind and kind.can_be_repaired:
        return ""
    return "Booking what Stripe says does not set this right: somebody has to look at it and decide."


def resolve_finding(finding: Finding) -> None:
    """Mark a finding as looked at; of two that press at once, one gets AlreadyResolved."""
    if not close(Finding.objects.filter(pk=finding.pk), Outcome.STAFF):
        raise AlreadyResolved
    finding.refresh_from_db()


def close(findings: QuerySet[Finding], outcome: str) -> int:
    """Close those of them that are open; returns how many."""
    return findings.filter(resolved_at=None).update(resolved_at=timezone.now(), outcome=outcome)


def close_compared(payment: Payment, *, still: Collection[str], repaired: Collection[str]) -> int:
    """Close what was found about a payment and is gone: keys that are `still` true stay open.

    Returns how many of the `repaired` keys are closed now.
    """
    gone = Finding.objects.filter(payment=payment, kind__in=COMPARED).exclude(key__in=list(still))
    done = close(gone.filter(key__in=list(repaired)), Outcome.REPAIRED)
    close(gone, Outcome.GONE)
    return done


def close_what_is_over(payment: Payment) -> None:
    """Close what a person should have seen about a payment, once it has settled itself."""
    open_ones = Finding.objects.filter(payment=payment, resolved_at=None)
    given_back = payment.authorised and payment.authorised in {
        payment.voided,
        payment.voided + payment.refunded,
    }
    if given_back:
        close(open_ones.filter(kind="late_money"), Outcome.GONE)
    if payment.state != Payment.State.AUTHORISED:
        close(open_ones.filter(kind="lapsing"), Outcome.GONE)
    if payment.captured and payment.refunded >= payment.paid:
        close(open_ones.filter(kind="charged_after_cancelling"), Outcome.GONE)
    if (
        payment.is_at_counter
        and payment.order
        and payment.paid - payment.refunded <= orders.owed(payment.order)
    ):
        close(open_ones.filter(kind="counter_money"), Outcome.GONE)
    for finding in open_ones.filter(kind="refund_failed"):
        failed = Refund.objects.filter(payment=payment, operation=finding.about).first()
        again = failed and payment.refunds.filter(cause=failed.cause, state=Refund.State.SUCCEEDED).exists()
        if again or payment.refunded >= payment.paid:
            close(Finding.objects.filter(pk=finding.pk), Outcome.GONE)
