"""Paying money back: never more than was settled and is not on its way back already, each cause once.

What goes to the card is asked of Stripe, and written down and committed before; what becomes of it, Stripe says later.
Store credit and cash ask nobody: one transaction, and it is done.
"""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.money import format_money
from orders import services as orders
from payments import gateway
from payments.models import Payment, PaymentEvent, Refund, StoreCreditEntry
from payments.services import store_credit
from payments.services.errors import PaymentError
from payments.services.proving import lock
from payments.services.refund_booking import book_refunds, give_up, look, state_of, tell_order, write_result
from payments.services.refund_limits import refundable, why_beyond, why_not_method, why_not_refund
from payments.services.settling import UNANSWERED_AFTER, Undecided

S = Refund.State
M = Refund.Method
Result = PaymentEvent.Result
NEVER_MADE = "Stripe did not do it."


class CannotRefund(PaymentError):
    """The money cannot be paid back as asked; the message says why."""


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
    payment.state = state_of(payment)
    unchanged = Payment.objects.filter(pk=payment.pk, refunded=before)
    if not unchanged.update(
        refunded=payment.refunded, refunded_otherwise=payment.refunded_otherwise, state=payment.state
    ):
        raise CannotRefund(_("Somebody else has just asked for the same."))
    tell_order(payment, row)
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
            write_result(row, Result.REQUESTED)
            if row.state == S.SUCCEEDED:
                write_result(row, Result.SUCCEEDED, detail=row.get_method_display())
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
                give_up(row, str(refusal))
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


def follow_up(row: Refund) -> bool:
    """Find out what became of a refund that is under way; returns whether Stripe has decided.

    One that Stripe's list does not know after a while was never made. Raises gateway.GatewayError.
    """
    look(row.payment)
    row.refresh_from_db()
    if row.state == S.REQUESTED and row.asked_at < timezone.now() - UNANSWERED_AFTER:
        give_up(row, NEVER_MADE)
        row.refresh_from_db()
    return row.state in {S.SUCCEEDED, S.FAILED}
