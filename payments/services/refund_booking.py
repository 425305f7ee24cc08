"""What became of refunds, booked forward only: ours as Stripe tells, and those made in its dashboard as they are found.

A refund may stay pending for days, and one that succeeded may still fail (https://docs.stripe.com/refunds).
"""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from config.money import format_money
from orders import services as orders
from orders.models import Order
from payments import gateway
from payments.models import Payment, PaymentEvent, Refund
from payments.services.ledger import report, tell, write
from payments.services.proving import lock

S = Refund.State
M = Refund.Method
Kind = PaymentEvent.Kind
Result = PaymentEvent.Result
RANK = {S.REQUESTED: 0, S.PENDING: 1, S.SUCCEEDED: 2, S.FAILED: 3}
# What Stripe calls it, in our words; a status that is not here is looked at again later.
STATES = {
    "pending": S.PENDING,
    "requires_action": S.PENDING,
    "succeeded": S.SUCCEEDED,
    "failed": S.FAILED,
    "canceled": S.FAILED,
}
_WORDS = {
    S.PENDING: gettext_noop("A refund of %(amount)s is on its way to the card."),
    S.SUCCEEDED: gettext_noop("%(amount)s refunded to the card."),
    S.FAILED: gettext_noop("A refund of %(amount)s has failed. We will get in touch."),
}
_WORDS_OTHERWISE = {
    M.CREDIT: gettext_noop("%(amount)s refunded as store credit."),
    M.CASH: gettext_noop("%(amount)s refunded in cash."),
}


def look(payment: Payment) -> Payment:
    """Ask Stripe for all refunds of a payment and book what is new. Raises gateway.Unclear, gateway.Refused."""
    return book_refunds(payment, gateway.list_refunds(payment.intent_id or ""))


@transaction.atomic
def book_refunds(payment: Payment, found: list[gateway.Refund]) -> Payment:
    """Book what Stripe says of some refunds, forward only; one that is not ours is written down as external."""
    payment = lock(payment)
    for seen in found:
        state = STATES.get(seen.status)
        row = _row_of(payment, seen)
        if state is None or RANK[state] <= RANK[S(row.state)]:
            continue
        _advance(payment, row, state, seen)
    return payment


def _row_of(payment: Payment, seen: gateway.Refund) -> Refund:
    if row := payment.refunds.filter(stripe_id=seen.id).first():
        return row
    asked = payment.refunds.filter(operation=seen.operation, stripe_id=None)
    # One that was given up and turns up after all is a row of its own: the money has moved, and failed is final.
    if seen.operation and (row := asked.exclude(state=S.FAILED).first()):
        row.stripe_id = seen.id
        row.save(update_fields=["stripe_id"])
        return row
    row = Refund.objects.create(
        payment=payment,
        amount=seen.amount,
        operation=seen.id,
        cause=seen.id,
        stripe_id=seen.id,
        reason="Done by Stripe after it was given up." if asked.exists() else "Made in Stripe's dashboard.",
        is_external=True,
    )
    write_result(row, Result.REQUESTED)
    return row


def _advance(payment: Payment, row: Refund, state: str, seen: gateway.Refund) -> None:
    was_paid = row.state == S.SUCCEEDED
    row.state, row.failure = state, seen.failure_reason[:300]
    row.decided_at = None if state == S.PENDING else timezone.now()
    row.save(update_fields=["state", "failure", "decided_at"])
    if state == S.SUCCEEDED:
        write_result(row, Result.SUCCEEDED)
        payment.refunded += row.amount
    elif state == S.FAILED:
        write_result(row, Result.FAILED, detail=row.failure)
        payment.refunded -= row.amount if was_paid else 0
        report(payment, "refund_failed", _failure_words(row), about=row.operation)
    payment.state = state_of(payment)
    payment.save(update_fields=["refunded", "state"])
    if payment.refunded > payment.paid:
        report(payment, "refunded_twice", _twice_words(payment))
    tell_order(payment, row)


@transaction.atomic
def give_up(row: Refund, why: str) -> None:
    """Note that a request has had and will have no effect: staff have to see to the money another way."""
    payment = lock(row.payment)
    if not Refund.objects.filter(pk=row.pk, state=S.REQUESTED).update(
        state=S.FAILED, failure=why[:300], decided_at=timezone.now()
    ):
        return
    row.refresh_from_db()
    write_result(row, Result.FAILED, detail=row.failure)
    report(payment, "refund_failed", _failure_words(row), about=row.operation)
    tell_order(payment, row)


def _failure_words(row: Refund) -> str:
    return (
        f"A refund of {format_money(row.amount)} for {row.payment.checkout.number} failed "
        f"({row.failure or 'no reason given'}): the customer has not got the money. Refund it anew or another way."
    )


def _twice_words(payment: Payment) -> str:
    return (
        f"{format_money(payment.refunded)} went back for {payment.checkout.number}, though only "
        f"{format_money(payment.paid)} was paid: a refund in Stripe's dashboard came on top of one that was made here."
    )


def state_of(payment: Payment) -> str:
    if not payment.refunded:
        return Payment.State.CAPTURED
    is_all = payment.refunded >= payment.paid
    return Payment.State.REFUNDED if is_all else Payment.State.PART_REFUNDED


def tell_order(payment: Payment, row: Refund) -> None:
    """Let the order say it, and let its invoice be credited once the money is back."""
    if payment.order is None:
        return
    details: dict[str, Any] = {"amount": row.amount}
    key = f"refund {row.operation} {row.state}"
    words = _WORDS_OTHERWISE.get(M(row.method)) or _WORDS[S(row.state)]
    tell(payment, _order_state(payment), words, key=key, details=details)
    if row.state == S.SUCCEEDED:
        remaining = max(0, payment.paid - payment.refunded)
        orders.record_refund(
            payment.order,
            row.amount,
            remaining=remaining,
            key=row.operation,
            method=row.method,
            goods=row.goods,
        )


def _order_state(payment: Payment) -> str:
    states = {
        Payment.State.PART_REFUNDED: Order.PaymentState.PART_REFUNDED,
        Payment.State.REFUNDED: Order.PaymentState.REFUNDED,
    }
    whole = Order.PaymentState.PART_CAPTURED if payment.voided else Order.PaymentState.CAPTURED
    return states.get(Payment.State(payment.state), whole)


def write_result(row: Refund, result: str, detail: str = "") -> None:
    write(
        row.payment,
        Kind.REFUND,
        result,
        row.amount,
        operation=row.operation,
        key=f"{row.operation} {result}",
        detail=detail,
    )
