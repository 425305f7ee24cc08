"""Paying money back: never more than was settled and is not on its way back already, each cause once.

What goes to the card is asked of Stripe, and written down and committed before. What becomes of it, Stripe says later:
it may stay pending for days, and one that succeeded may still fail (https://docs.stripe.com/refunds). Refunds made in
Stripe's dashboard are booked as they are found. Store credit and cash ask nobody: one transaction, and it is done.
"""

from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from config.money import format_money
from orders import services as orders
from orders.models import Order
from payments import gateway
from payments.models import Payment, PaymentEvent, Refund, StoreCreditEntry
from payments.services import store_credit
from payments.services.disputing import why_disputed
from payments.services.errors import PaymentError
from payments.services.ledger import report, tell, write
from payments.services.proving import lock
from payments.services.settling import UNANSWERED_AFTER, Undecided

S = Refund.State
M = Refund.Method
Kind = PaymentEvent.Kind
Result = PaymentEvent.Result
NEVER_MADE = "Stripe did not do it."
RANK = {S.REQUESTED: 0, S.PENDING: 1, S.SUCCEEDED: 2, S.FAILED: 3}
# What Stripe calls it, in our words; a status that is not here is looked at again later.
STATES = {
    "pending": S.PENDING,
    "requires_action": S.PENDING,
    "succeeded": S.SUCCEEDED,
    "failed": S.FAILED,
    "canceled": S.FAILED,
}


class CannotRefund(PaymentError):
    """The money cannot be paid back as asked; the message says why."""


def refundable(payment: Payment, method: str = M.CARD) -> int:
    """What may still be paid back in this way, in minor units: settled, not refunded, not on its way.

    All ways together give back no more than was paid and no bank has taken, and the card no more than it was charged.
    """
    if method == M.CARD and payment.is_at_counter:
        return 0
    gone = _under_way(payment) + payment.disputed
    left = payment.paid - payment.refunded - gone
    to_card = payment.captured - (payment.refunded - payment.refunded_otherwise) - gone
    return max(0, min(left, to_card) if method == M.CARD else left)


def credit_left(payment: Payment) -> int:
    """What it was paid with store credit and did not become store credit again, in minor units; one query.

    Before it is settled, what is given back is in its `credit` no more; afterwards it is a refund.
    """
    back = payment.refunds.filter(method=M.CREDIT, state=S.SUCCEEDED).aggregate(sum=Sum("amount"))["sum"] or 0
    return max(0, payment.credit - back)


def why_not_method(payment: Payment, method: str) -> str:
    """Why money cannot go back in this way, whatever the amount, in a sentence; empty if it can.

    A dispute shuts the way to the card; what the bank did not take can still go back in another way.
    """
    if method == M.CARD and payment.is_at_counter:
        return _("It was paid at the counter, so nothing can go back to a card.")
    if method == M.CARD:
        return why_disputed(payment)
    if method == M.CREDIT:
        return _why_no_credit(payment)
    if method == M.CASH and payment.order is None:
        return _("There is no order for it; the money goes back by itself.")
    return ""


def _why_no_credit(payment: Payment) -> str:
    if payment.order is None:
        return _("There is no order for it; the money goes back by itself.")
    customer = payment.order.customer
    if customer is None:
        return _("The order was placed without an account, so nobody could spend the store credit.")
    return _("The account is closed.") if customer.erased_at or not customer.is_active else ""


def why_not_refund(payment: Payment) -> str:
    """Why nothing can be paid back now in any way, in a sentence; empty if something can."""
    if refundable(payment, M.CASH) > 0:
        return ""
    if words := why_disputed(payment):
        return words
    if not payment.paid:
        return _("Nothing was settled, so there is nothing to pay back.")
    if payment.refunded < payment.paid:
        return _("All of it has been asked back already; it is on its way.")
    return _("All of it has been paid back already.")


def why_beyond(payment: Payment, amount: int, by: User | None) -> str:
    """Why this member of staff may not pay back so much (minor units), in a sentence; empty if they may.

    All that was paid back of one payment counts together. What nobody asked for, such as money that came too late,
    has no limit.
    """
    if by is None or by.has_perm("payments.refund_any_amount"):
        return ""
    limit = settings.SUPPORT_REFUND_LIMIT
    if payment.refunded + _under_way(payment) + amount <= limit:
        return ""
    return _("You may pay back %(limit)s of one payment in all. Please ask somebody of finance.") % {
        "limit": format_money(limit)
    }


def _under_way(payment: Payment) -> int:
    open_ones = payment.refunds.filter(state__in=[S.REQUESTED, S.PENDING])
    return open_ones.aggregate(sum=Sum("amount"))["sum"] or 0


def refund(
    payment: Payment,
    *,
    amount: int,
    cause: str,
    reason: str = "",
    by: User | None = None,
    method: str = M.CARD,
    handed_over_by: str = "",
    goods: orders.Goods | None = None,
) -> Refund:
    """Pay `amount` minor units back, once per `cause`; a cause that was refunded returns its refund, whatever its way.

    `handed_over_by` names who gave out cash; `goods` what the money is for, so that the credit note says it. The limit
    of whoever asks (`by`) counts. Raises CannotRefund with the reason, and Undecided when Stripe did not answer.
    """
    row, is_new = _ask_for(payment, amount, cause, reason, by, method, handed_over_by, goods)
    if is_new and row.method == M.CARD:
        carry_out(row)
        row.refresh_from_db()
    return row


def ask_for_refund(
    payment: Payment,
    *,
    amount: int,
    cause: str,
    reason: str = "",
    by: User | None = None,
    method: str = M.CARD,
    handed_over_by: str = "",
    goods: orders.Goods | None = None,
) -> Refund:
    """The first half of `refund`, for whoever decides more in the same transaction: `carry_on` is the second.

    Nothing is asked of Stripe yet. Raises CannotRefund with the reason.
    """
    return _ask_for(payment, amount, cause, reason, by, method, handed_over_by, goods)[0]


@transaction.atomic
def _ask_for(
    payment: Payment,
    amount: int,
    cause: str,
    reason: str,
    by: User | None,
    method: str,
    handed_over_by: str,
    goods: orders.Goods | None,
) -> tuple[Refund, bool]:
    payment = lock(payment)
    earlier = payment.refunds.filter(cause=cause)
    if row := earlier.exclude(state=S.FAILED).first():
        return row, False
    if why := why_not_refund(payment) or why_not_method(payment, method):
        raise CannotRefund(why)
    most = refundable(payment, method)
    if not 0 < amount <= most:
        raise CannotRefund(_("At most %(most)s can be paid back.") % {"most": format_money(most)})
    if why := why_beyond(payment, amount, by):
        raise CannotRefund(why)
    if method == M.CARD:
        return write_request(payment, amount, cause=cause, reason=reason, by=by, goods=goods), True
    handed_over_by = handed_over_by[:100] if method == M.CASH else ""
    if method == M.CASH and not handed_over_by:
        raise CannotRefund(_("Please say who handed the cash over."))
    return pay_otherwise(payment, amount, cause, reason, by, method, handed_over_by, goods), True


def pay_otherwise(
    payment: Payment,
    amount: int,
    cause: str,
    reason: str,
    by: User | None,
    method: str,
    handed_over_by: str = "",
    goods: orders.Goods | None = None,
) -> Refund:
    """Book money that goes back as store credit or in cash; the payment is locked. Raises CannotRefund.

    The store credit comes last, as its account is the last row to be locked.
    """
    row = _write_row(
        payment,
        amount,
        cause=cause,
        reason=reason,
        by=by,
        method=method,
        state=S.SUCCEEDED,
        handed_over_by=handed_over_by,
        goods=goods,
    )
    before = payment.refunded
    payment.refunded += amount
    payment.refunded_otherwise += amount
    payment.state = _state_of(payment)
    unchanged = Payment.objects.filter(pk=payment.pk, refunded=before)
    if not unchanged.update(
        refunded=payment.refunded, refunded_otherwise=payment.refunded_otherwise, state=payment.state
    ):
        raise CannotRefund(_("Somebody else has just asked for the same."))
    _tell(payment, row)
    if method == M.CREDIT and payment.order and payment.order.customer_id:
        store_credit.book(
            payment.order.customer_id,
            StoreCreditEntry.Kind.REFUNDED,
            amount,
            key=f"refund {row.operation}",
            reference=f"order {payment.order.number}",
            reason=reason,
            by=by,
        )
    return row


def write_request(
    payment: Payment,
    amount: int,
    *,
    cause: str,
    reason: str,
    by: User | None,
    goods: orders.Goods | None = None,
) -> Refund:
    """Write down a refund to ask Stripe for, under a new key; the payment is locked. Raises CannotRefund."""
    return _write_row(payment, amount, cause=cause, reason=reason, by=by, goods=goods)


def _write_row(
    payment: Payment,
    amount: int,
    *,
    cause: str,
    reason: str,
    by: User | None,
    goods: orders.Goods | None,
    **fields: str,
) -> Refund:
    operation = f"refund-{payment.checkout.number}-{payment.refunds.count() + 1}"
    try:
        with transaction.atomic():
            row = Refund.objects.create(
                payment=payment,
                amount=amount,
                operation=operation,
                cause=cause,
                reason=reason[:300],
                asked_by=by,
                goods=goods,
                decided_at=timezone.now() if fields else None,
                **fields,
            )
            _write(row, Result.REQUESTED)
            if row.state == S.SUCCEEDED:
                _write(row, Result.SUCCEEDED, detail=row.get_method_display())
    except IntegrityError as error:
        raise CannotRefund(_("Somebody else has just asked for the same.")) from error
    return row


def carry_out(row: Refund) -> None:
    """Ask Stripe; a refusal is final only if Stripe's list does not know the refund either."""
    intent_id = row.payment.intent_id or ""
    try:
        try:
            seen = gateway.refund_intent(intent_id, row.amount, key=row.operation)
        except gateway.Refused as refusal:
            look(row.payment)
            row.refresh_from_db()
            if row.state == S.REQUESTED:
                _give_up(row, str(refusal))
                raise CannotRefund(_("Stripe refused: %(words)s") % {"words": refusal}) from refusal
            return
    except gateway.GatewayError as error:
        raise Undecided from error
    book_refunds(row.payment, [seen])


def carry_on(row: Refund) -> None:
    """Ask Stripe once more for a refund of which nobody knows whether it heard; under its old key, so it pays once.

    Only while it is young: an older one is about to be given up by `follow_up`, which must be able to rely on nobody
    asking for it at that moment. Raises CannotRefund, Undecided.
    """
    row.refresh_from_db()
    is_young = row.asked_at > timezone.now() - UNANSWERED_AFTER / 2
    if row.method == M.CARD and row.state == S.REQUESTED and is_young:
        carry_out(row)


def why_failed(payment: Payment, cause: str) -> str:
    """Why the last refund of this cause failed, in a sentence; empty if none did, or it was only never heard of."""
    last = payment.refunds.filter(cause=cause).last()
    if last is None or last.state != S.FAILED or last.failure == NEVER_MADE:
        return ""
    return last.failure or _("Stripe says that it failed.")


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
    _write(row, Result.REQUESTED)
    return row


def _advance(payment: Payment, row: Refund, state: str, seen: gateway.Refund) -> None:
    was_paid = row.state == S.SUCCEEDED
    row.state, row.failure = state, seen.failure_reason[:300]
    row.decided_at = None if state == S.PENDING else timezone.now()
    row.save(update_fields=["state", "failure", "decided_at"])
    if state == S.SUCCEEDED:
        _write(row, Result.SUCCEEDED)
        payment.refunded += row.amount
    elif state == S.FAILED:
        _write(row, Result.FAILED, detail=row.failure)
        payment.refunded -= row.amount if was_paid else 0
        report(payment, "refund_failed", _failure_words(row), about=row.operation)
    payment.state = _state_of(payment)
    payment.save(update_fields=["refunded", "state"])
    if payment.refunded > payment.paid:
        report(payment, "refunded_twice", _twice_words(payment))
    _tell(payment, row)


def _state_of(payment: Payment) -> str:
    if not payment.refunded:
        return Payment.State.CAPTURED
    is_all = payment.refunded >= payment.paid
    return Payment.State.REFUNDED if is_all else Payment.State.PART_REFUNDED


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


_WORDS = {
    S.PENDING: gettext_noop("A refund of %(amount)s is on its way to the card."),
    S.SUCCEEDED: gettext_noop("%(amount)s refunded to the card."),
    S.FAILED: gettext_noop("A refund of %(amount)s has failed. We will get in touch."),
}
_WORDS_OTHERWISE = {
    M.CREDIT: gettext_noop("%(amount)s refunded as store credit."),
    M.CASH: gettext_noop("%(amount)s refunded in cash."),
}


def _tell(payment: Payment, row: Refund) -> None:
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


def _write(row: Refund, result: str, detail: str = "") -> None:
    write(
        row.payment,
        Kind.REFUND,
        result,
        row.amount,
        operation=row.operation,
        key=f"{row.operation} {result}",
        detail=detail,
    )


@transaction.atomic
def _give_up(row: Refund, why: str) -> None:
    """Note that a request has had and will have no effect: staff have to see to the money another way."""
    payment = lock(row.payment)
    if not Refund.objects.filter(pk=row.pk, state=S.REQUESTED).update(
        state=S.FAILED, failure=why[:300], decided_at=timezone.now()
    ):
        return
    row.refresh_from_db()
    _write(row, Result.FAILED, detail=row.failure)
    report(payment, "refund_failed", _failure_words(row), about=row.operation)
    _tell(payment, row)


def follow_up(row: Refund) -> bool:
    """Find out what became of a refund that is under way; returns whether Stripe has decided.

    One that Stripe's list does not know after a while was never made. Raises gateway.GatewayError.
    """
    look(row.payment)
    row.refresh_from_db()
    if row.state == S.REQUESTED and row.asked_at < timezone.now() - UNANSWERED_AFTER:
        _give_up(row, NEVER_MADE)
        row.refresh_from_db()
    return row.state in {S.SUCCEEDED, S.FAILED}
