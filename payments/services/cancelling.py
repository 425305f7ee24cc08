"""Cancelling an order with its money: a hold is released or lowered, what was settled for it is paid back.

Goods, words and the request to Stripe are rows of one transaction, committed before Stripe is called: of settling and
cancelling at once one wins, and a crash leaves nothing half done.
"""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from config.money import format_money
from orders import services as orders
from orders.models import Order
from payments import gateway
from payments.models import Payment, PaymentEvent, Refund
from payments.services import counter, disputing, refund_limits, refunding, settling, store_credit
from payments.services.errors import PaymentError
from payments.services.ledger import report, undecided
from payments.services.proving import lock

Kind = PaymentEvent.Kind


class CannotCancel(PaymentError):
    """The order cannot be cancelled now; the message says why."""


def why_not_cancel(order: Order) -> str:
    """Why staff cannot cancel anything of this order now, in a sentence; empty if they can."""
    if words := orders.why_not_cancel(order):
        return words
    payment = Payment.objects.filter(order=order).first()
    if payment and undecided().filter(payment=payment).exclude(kind=PaymentEvent.Kind.REFUND).exists():
        return _("The payment is being settled or released at this moment, and Stripe has not answered yet.")
    if payment and payment.disputes.undecided().with_money_away().exists():
        return _(
            "A bank has taken the money back for its customer and has not decided yet whether it stays away."
        )
    return ""


def why_customer_cannot(order: Order) -> str:
    """The same for its customer, who may cancel all of it while nothing was settled and nothing has left the house."""
    if order.state == Order.State.CANCELLED:
        return why_not_cancel(order)
    is_unpaid = order.payment_state in {Order.PaymentState.AUTHORISED, Order.PaymentState.AWAITING}
    if not is_unpaid and not order.is_paid_by_credit:
        return _("The order is paid already. Please write to us, and we will see what can be done.")
    if order.fulfilment_state != Order.FulfilmentState.UNFULFILLED:
        return _("Something of the order is on its way already.")
    return why_not_cancel(order)


def cancel_order(
    order: Order,
    *,
    key: str,
    reason: str,
    pieces: Mapping[int, int] | None = None,
    by: User | None = None,
    by_customer: bool = False,
) -> str:
    """Cancel an order, or `pieces` of it (position: how many), and deal with its money; returns what happens to that.

    `key` names this one act. Raises CannotCancel; an answer of Stripe that is lost only makes the money take longer.
    """
    payment, act, credited = _cancel(order, key, reason, pieces, by, by_customer)
    words = _deal_with(payment, act, credited)
    if not credited:
        return words
    back = _("%(amount)s are store credit again.") % {"amount": format_money(credited)}
    return f"{words} {back}".strip()


def _deal_with(payment: Payment | None, act: PaymentEvent | Refund | None, credited: int) -> str:
    """Ask Stripe for what was written down, and say what happens to the money at the card."""
    if payment and payment.is_at_counter:
        return _give_back_there(payment)
    try:
        if isinstance(act, PaymentEvent):
            settling.carry_out(act, lambda intent_id: gateway.cancel_intent(intent_id, key=act.operation))
            return _("The hold on the card is released. Nothing was charged.")
        if isinstance(act, Refund):
            refunding.carry_out(act)
            return _("The money is on its way back to the card.")
    except (settling.Undecided, settling.CannotSettle, refunding.CannotRefund) as problem:
        return _("The order is cancelled, but its money is not dealt with yet: %(why)s") % {"why": problem}
    if payment and (why := disputing.why_disputed(payment)):
        return why
    if payment and payment.state == Payment.State.AUTHORISED:
        return _("Less will be charged when the payment is settled.") if _owes_less(payment) else ""
    return "" if credited else _("There was no money to return.")


def _give_back_there(payment: Payment) -> str:
    """What was paid at the counter goes back there, by a refund of its own."""
    if counter.is_waiting(payment):
        less = format_money(counter.due(payment))
        return _("%(amount)s are left to be paid at the counter.") % {"amount": less}
    if too_much := _paid_too_much(payment):
        return _("%(amount)s were paid at the counter: pay them back in cash or as store credit.") % {
            "amount": format_money(too_much)
        }
    return "" if payment.paid else _("Nothing was paid yet.")


def _ask_for_cash(payment: Payment) -> None:
    """What was paid at the counter no machine can give back: it is a person's business until it went back."""
    if payment.is_at_counter and (too_much := _paid_too_much(payment)):
        words = f"{format_money(too_much)} were paid at the counter for what is cancelled of {payment.checkout.number}"
        report(payment, "counter_money", f"{words}: pay them back in cash or as store credit.")


def _paid_too_much(payment: Payment) -> int:
    """What was paid at the counter for what is cancelled now, and did not go back; in minor units."""
    return max(0, payment.paid - payment.refunded - orders.owed(payment.order)) if payment.order else 0


def _owes_less(payment: Payment) -> bool:
    return settling.most_to_settle(payment) < payment.authorised


@transaction.atomic
def _cancel(
    order: Order,
    key: str,
    reason: str,
    pieces: Mapping[int, int] | None,
    by: User | None,
    by_customer: bool,
) -> tuple[Payment | None, PaymentEvent | Refund | None, int]:
    """Write it all down; returns the payment, what to ask of Stripe, and how much became store credit again."""
    payment = Payment.objects.select_related("checkout").filter(order=order).first()
    if payment:
        payment = lock(payment)
    order = Order.objects.select_for_update().get(pk=order.pk)
    if why := why_customer_cannot(order) if by_customer else why_not_cancel(order):
        raise CannotCancel(why)
    try:
        cancelled = orders.cancel(order, key=key, reason=reason, pieces=pieces, by=by)
    except orders.OrderError as error:
        raise CannotCancel(str(error)) from error
    if payment is None:
        return None, None, 0
    payment.order = Order.objects.get(pk=order.pk)
    if counter.is_waiting(payment):
        if cancelled.is_whole:
            counter.void(payment)
        return payment, None, _free_credit(payment, reason)
    if payment.state == Payment.State.AUTHORISED:
        void = Kind.VOID if cancelled.is_whole else None
        asked = settling.write_request(payment, void, payment.authorised) if void else None
        return payment, asked, _free_credit(payment, reason)
    to_card, to_credit = _shares(payment, cancelled.value)
    if to_card + to_credit <= 0:
        _ask_for_cash(payment)
        return payment, None, 0
    if not by_customer and (why := refund_limits.why_beyond(payment, to_card + to_credit, by)):
        raise CannotCancel(why)
    row = refunding.write_request(payment, to_card, cause=key, reason=reason, by=by) if to_card else None
    if to_credit:
        refunding.pay_otherwise(payment, to_credit, f"{key} credit"[:120], reason, by, Refund.Method.CREDIT)
    _ask_for_cash(payment)
    return payment, row, to_credit


def _free_credit(payment: Payment, reason: str) -> int:
    """Before the rest is paid, what is owed less comes off the store credit first; returns how much came back.

    So something stays to be settled as long as anything of the order stays.
    """
    beyond = payment.amount + payment.credit - (orders.owed(payment.order) if payment.order else 0)
    return store_credit.give_back(payment, beyond, reason=reason)


def _shares(payment: Payment, value: int) -> tuple[int, int]:
    """Once it is settled, what was cancelled goes back to the card first, the rest becomes store credit again.

    While a bank holds the card's money, or has kept it, none of it goes back to the card.
    """
    to_card = 0 if disputing.why_disputed(payment) else min(value, refund_limits.refundable(payment))
    left = refund_limits.refundable(payment, Refund.Method.CREDIT) - to_card
    return to_card, max(0, min(value - to_card, left, refund_limits.credit_left(payment)))
