"""The inbox of verified events: each is written down first, then acted on, once."""

import logging
from datetime import datetime

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone

from config.money import format_money
from payments import gateway
from payments.models import Payment, WebhookEvent
from payments.services.disputing import follow_dispute
from payments.services.ledger import report
from payments.services.proving import PROVEN, prove_intent, prove_payment
from payments.services.refund_booking import look

logger = logging.getLogger(__name__)

SESSION_EVENTS = {
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
}
INTENT_EVENTS = {
    "payment_intent.amount_capturable_updated",
    "payment_intent.succeeded",
    "payment_intent.canceled",
}
# Voiding a hold is told as a "charge.refunded" as well; Stripe's list of refunds says what it was.
REFUND_EVENTS = {
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.refunded",
    "charge.refund.updated",
}
DISPUTE_EVENTS = {
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
}
# The words of older endpoints: everything about refunds is told under a newer name as well.
OLDER = {"charge.refunded", "charge.refund.updated"}
HANDLED = SESSION_EVENTS | INTENT_EVENTS | REFUND_EVENTS | DISPUTE_EVENTS
WANTED = HANDLED - OLDER
PROOFS = {"checkout.session.completed", "payment_intent.amount_capturable_updated"}
DECIDED = {WebhookEvent.State.PROCESSED, WebhookEvent.State.IGNORED}


def record_event(event: gateway.Event) -> WebhookEvent:
    """Write a verified event down and act on it; one that came before and was decided changes nothing.

    An event is a hint: what Stripe says when asked is what is booked, so events may come twice, late or in any
    order. Raises gateway.GatewayError when Stripe cannot be asked; the row then stays failed and undecided, the
    webhook answers that it should be sent again, and reconciliation takes it up as well.
    """
    row = WebhookEvent(event_id=event.id, kind=event.kind, object_id=event.object_id, body=event.body)
    WebhookEvent.objects.bulk_create([row], ignore_conflicts=True)
    row = WebhookEvent.objects.defer("body").get(event_id=event.id)
    if row.state not in DECIDED:
        _decide(row, event)
    return row


def _decide(row: WebhookEvent, event: gateway.Event) -> None:
    payment = _payment_of(event)
    try:
        payment = payment or _payment_of_intent(event)
        state, effect = _act(event, payment)
    except Exception as error:
        _close(row, WebhookEvent.State.FAILED, f"{type(error).__name__}: {error}", payment)
        raise
    _close(row, state, effect, payment)


def _close(row: WebhookEvent, state: str, effect: str, payment: Payment | None) -> None:
    decided_at = timezone.now() if state in DECIDED else None
    rows = WebhookEvent.objects.filter(pk=row.pk).exclude(state__in=DECIDED)
    rows.update(
        state=state, effect=effect[:300], payment=payment, decided_at=decided_at, attempts=F("attempts") + 1
    )
    row.state, row.effect = state, effect


def _act(event: gateway.Event, payment: Payment | None) -> tuple[str, str]:
    """Do what the event calls for; the new state of its row and the effect in words."""
    if event.livemode != settings.STRIPE_LIVE:
        return WebhookEvent.State.IGNORED, "It belongs to the other mode of Stripe (live or test)."
    if event.kind not in HANDLED:
        return WebhookEvent.State.IGNORED, "Nothing to do for this kind of event."
    if payment is None:
        if event.number:
            report(
                None, "unknown_order", f"{event.kind} about {event.number}, which these books do not know."
            )
        return WebhookEvent.State.IGNORED, "No payment of this shop."
    if event.kind in PROOFS and payment.state in PROVEN:
        return WebhookEvent.State.PROCESSED, "Nothing new."
    before = payment.state
    if event.kind in REFUND_EVENTS:
        return WebhookEvent.State.PROCESSED, _book_refunds(payment)
    if event.kind in DISPUTE_EVENTS:
        return WebhookEvent.State.PROCESSED, _book_dispute(payment, event.object_id)
    if event.kind in SESSION_EVENTS:
        payment = prove_payment(_with_session(payment, event))
    else:
        payment = prove_intent(payment, event.object_id)
    return WebhookEvent.State.PROCESSED, _effect(before, payment)


def _book_refunds(payment: Payment) -> str:
    before = payment.refunded
    if not payment.captured and payment.intent_id:
        payment = prove_intent(payment, payment.intent_id)
    if not payment.captured:
        return "Nothing was settled, so nothing was paid back."
    payment = look(payment)
    if payment.refunded == before:
        return "No more and no less is paid back than before."
    return f"Paid back: {format_money(before)} → {format_money(payment.refunded)}."


def _book_dispute(payment: Payment, dispute_id: str) -> str:
    row = follow_dispute(payment, dispute_id)
    return f"{row}: {row.get_state_display()}." if row else "Nothing that can be booked; see the findings."


def _effect(before: str, payment: Payment) -> str:
    if payment.state == before:
        return "Nothing new."
    order = f", order {payment.order.number}" if payment.order else ""
    return f"Payment {before} → {payment.state}{order}."


def _payment_of(event: gateway.Event) -> Payment | None:
    """The payment an event is about: by session, by the number in its metadata, or by intent.

    One look after the other, each by its own index; a single query with "or" would read the whole table.
    """
    session_id = event.object_id if event.object_kind == "checkout.session" else ""
    looks = {"session_id": session_id, "checkout__number": event.number, "intent_id": event.intent_id}
    for field, value in looks.items():
        if value and (payment := Payment.objects.filter(**{field: value}).first()):
            return payment
    return None


def _payment_of_intent(event: gateway.Event) -> Payment | None:
    """Whose refund or dispute it is, if it came before the books know the intent: Stripe is asked, and proves it.

    Nobody's, if Stripe does not know the intent: that is a last word. Raises gateway.Unclear, gateway.Refused.
    """
    is_ours = event.livemode == settings.STRIPE_LIVE and event.kind in REFUND_EVENTS | DISPUTE_EVENTS
    if not (is_ours and event.intent_id):
        return None
    try:
        number = gateway.retrieve_intent(event.intent_id).number
    except gateway.Refused as refusal:
        if refusal.code != "resource_missing":
            raise
        return None
    payment = Payment.objects.select_related("checkout", "order").filter(checkout__number=number).first()
    return prove_intent(payment, event.intent_id) if payment else None


def _with_session(payment: Payment, event: gateway.Event) -> Payment:
    """Learn the session's id from its event if the answer to its creation was lost."""
    if payment.session_id is None:
        Payment.objects.filter(pk=payment.pk, session_id=None).update(session_id=event.object_id)
        payment.refresh_from_db()
    return payment


def undecided_events(*, older_than: datetime) -> QuerySet[WebhookEvent]:
    """What was received before then and has had no effect yet, oldest first."""
    return WebhookEvent.objects.exclude(state__in=DECIDED).filter(received_at__lt=older_than).order_by("pk")


def act_again(row: WebhookEvent) -> bool:
    """Take up an event that was received and never decided; returns whether it is decided now.

    Whatever goes wrong is its own business: one event that breaks must not keep those behind it waiting for ever.
    """
    try:
        _decide(row, gateway.stored_event(row.body))
    except gateway.GatewayError:
        logger.warning("Event %s stays undecided.", row.event_id)
        return False
    except Exception:
        logger.exception("Event %s stays undecided.", row.event_id)
        return False
    return True
