"""Money that came late for goods that are gone: it goes back, once."""

from django.db import transaction

from payments import gateway
from payments.models import Payment, PaymentEvent
from payments.services.ledger import write
from payments.services.proving import book_intent
from payments.tasks import mail_late_money

Kind = PaymentEvent.Kind
Result = PaymentEvent.Result


def return_money(payment: Payment) -> None:
    """Release or pay back a payment that has no order, after asking Stripe what state it is in.

    The operation was written down when the order could not be placed and keeps its one key, so a second run does
    nothing more. Raises gateway.Unclear (try again) and gateway.Refused.
    """
    if payment.order_id or not payment.intent_id or payment.voided or payment.refunded:
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
    refund = f"{operation}-refund"
    amount = payment.captured
    write(payment, Kind.REFUND, Result.REQUESTED, amount, operation=refund, key=f"{refund} requested")
    try:
        gateway.refund_intent(payment.intent_id or "", amount, key=refund)
    except gateway.Refused as refusal:
        if refusal.code != "charge_already_refunded":
            raise
        # By hand in the dashboard, or by us so long ago that Stripe has forgotten the key: it is back.
    with transaction.atomic():
        if write(payment, Kind.REFUND, Result.SUCCEEDED, amount, operation=refund, key=f"{refund} succeeded"):
            write(
                payment,
                Kind.VOID,
                Result.FAILED,
                payment.authorised,
                operation=operation,
                key=f"{operation} failed",
                detail="It was settled already and has been refunded.",
            )
            Payment.objects.filter(pk=payment.pk).update(refunded=amount, state=Payment.State.REFUNDED)
            mail_late_money.enqueue(payment.pk)
