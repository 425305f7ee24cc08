"""Money that came late for goods that are gone: it goes back, once."""

from django.db import transaction

from payments import gateway
from payments.models import Payment, PaymentEvent
from payments.services.ledger import write
from payments.services.proving import book_intent
from payments.services.refund_booking import look
from payments.services.refunding import refund
from payments.tasks import mail_late_money

Kind = PaymentEvent.Kind
Result = PaymentEvent.Result


def return_money(payment: Payment) -> None:
    """Release or pay back a payment that has no order, after asking Stripe what state it is in.

    The operation was written down when the order could not be placed and keeps its one key, so a second run does
    nothing more. Raises gateway.Unclear (try again) and gateway.Refused.
    """
    if payment.order_id or not payment.intent_id or payment.voided:
        return
    operation = f"late-{payment.checkout.number}"
    intent = gateway.retrieve_intent(payment.intent_id)
    if intent.status == "requires_capture":
        intent = gateway.cancel_intent(intent.id, key=operation)
    payment = book_intent(payment, intent)
    if intent.status == "succeeded":
        _refund(payment, operation)


def _refund(payment: Payment, operation: str) -> None:
    """The money was settled already, in Stripe's dashboard: pay it back instead of releasing it."""
    look(payment)  # it may have been paid back there as well, or by us with an answer that was lost
    payment.refresh_from_db()
    if not payment.refunded:
        refund(payment, amount=payment.captured, cause=operation, reason="Paid too late; sold out meanwhile.")
        payment.refresh_from_db()
    if payment.refunded == payment.captured:
        _close(payment, operation)


@transaction.atomic
def _close(payment: Payment, operation: str) -> None:
    why = "It was settled already and has been refunded."
    key = f"{operation} failed"
    if write(payment, Kind.VOID, Result.FAILED, payment.authorised, operation=operation, key=key, detail=why):
        mail_late_money.enqueue(payment.pk)
