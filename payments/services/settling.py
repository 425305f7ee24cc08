"""Settling an authorisation, or letting go of it: asked of Stripe once, booked by what the PaymentIntent says.

Each request is written down with its idempotency key and committed before Stripe is called. An answer that is lost
leaves it undecided, shown as such; reconciliation then asks what became of it.
"""

from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.money import format_money
from orders import services as orders
from payments import gateway
from payments.models import Payment, PaymentEvent
from payments.services.errors import PaymentError
from payments.services.ledger import close_operation, undecided, write
from payments.services.proving import book_intent, lock

Kind = PaymentEvent.Kind
Result = PaymentEvent.Result
# After so long without a result a request that Stripe knows nothing of is over.
UNANSWERED_AFTER = timedelta(minutes=2)


class CannotSettle(PaymentError):
    """The authorisation cannot be settled or released now; the message says why."""


class Undecided(PaymentError):
    """Stripe was asked and has not answered: nobody knows yet."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Stripe has not answered, so nobody knows yet whether it happened. Nothing needs to be done: "
                "Stripe is asked again within minutes, and the payment shows what became of it."
            )
        )


def why_not(payment: Payment, *, is_asked: bool | None = None) -> str:
    """Why this payment can be neither settled nor released now, in a sentence; empty if it can.

    `is_asked` says whether a request to Stripe is undecided, where that is known already; else it is looked up.
    """
    if payment.is_at_counter:
        return _("It is paid at the counter: nothing is held on a card.")
    if payment.state != Payment.State.AUTHORISED:
        return _("The payment is %(state)s; only an authorised one can be settled or released.") % {
            "state": payment.get_state_display()
        }
    if payment.order_id is None:
        return _("There is no order for it; the money goes back by itself.")
    if undecided().filter(payment=payment).exists() if is_asked is None else is_asked:
        return _("Stripe has been asked and has not answered yet.")
    return ""


def why_not_settle(payment: Payment, *, is_asked: bool | None = None) -> str:
    """The same for settling, which has an end: the day when the bank lets the hold lapse."""
    ends = payment.capture_before if payment.state == Payment.State.AUTHORISED else None
    if ends and ends <= timezone.now():
        return _("The authorisation has lapsed; it could be settled until %(day)s.") % {
            "day": f"{timezone.localtime(ends):%Y-%m-%d %H:%M}"
        }
    return why_not(payment, is_asked=is_asked)


def most_to_settle(payment: Payment) -> int:
    """The largest amount that may be settled, in minor units: what is authorised, and no more than is owed.

    What store credit has paid is not owed any more.
    """
    return min(payment.authorised, orders.owed(payment.order) - payment.credit) if payment.order else 0


def settle(payment: Payment, *, amount: int) -> Payment:
    """Settle (capture) `amount` minor units, once; what is authorised beyond it is released for good.

    Raises CannotSettle with the reason, and Undecided when Stripe did not answer.
    """
    asked = _ask_for(payment, Kind.CAPTURE, amount)
    return carry_out(
        asked, lambda intent_id: gateway.capture_intent(intent_id, asked.amount, key=asked.operation)
    )


def release(payment: Payment) -> Payment:
    """Let go of the whole authorisation (void): nothing is charged. Raises CannotSettle, Undecided."""
    asked = _ask_for(payment, Kind.VOID, payment.authorised)
    return carry_out(asked, lambda intent_id: gateway.cancel_intent(intent_id, key=asked.operation))


@transaction.atomic
def _ask_for(payment: Payment, kind: str, amount: int) -> PaymentEvent:
    """Write the request down, if it may be made; of two at once one is refused."""
    payment = lock(payment)
    if reason := why_not_settle(payment) if kind == Kind.CAPTURE else why_not(payment):
        raise CannotSettle(reason)
    most = most_to_settle(payment)
    if kind == Kind.CAPTURE and not 0 < amount <= most:
        raise CannotSettle(
            _("Between %(least)s and %(most)s can be settled.")
            % {"least": format_money(1), "most": format_money(most)}
        )
    return write_request(payment, kind, amount)


def write_request(payment: Payment, kind: str, amount: int) -> PaymentEvent:
    """Write down what Stripe will be asked, under a new key; the payment is locked. Raises CannotSettle."""
    tries = PaymentEvent.objects.filter(payment=payment, kind=kind, result=Result.REQUESTED).count()
    operation = f"{kind}-{payment.checkout.number}-{tries + 1}"
    try:
        with transaction.atomic():
            return PaymentEvent.objects.create(
                payment=payment,
                kind=kind,
                result=Result.REQUESTED,
                amount=amount,
                operation=operation,
                key=f"{operation} requested",
                stripe_id=payment.intent_id or "",
            )
    except IntegrityError as error:
        raise CannotSettle(_("Somebody else has just asked for the same.")) from error


def carry_out(asked: PaymentEvent, call: Callable[[str], gateway.Intent]) -> Payment:
    """Ask Stripe, and book what its intent says; a refusal is looked into before it is believed."""
    intent_id = asked.payment.intent_id or ""
    try:
        try:
            intent = call(intent_id)
        except gateway.Refused as refusal:
            intent = gateway.retrieve_intent(intent_id)
            if intent.status == "requires_capture":
                close_operation(asked.payment, asked.kind, str(refusal))
                raise CannotSettle(_("Stripe refused: %(words)s") % {"words": refusal}) from refusal
    except gateway.GatewayError as error:
        raise Undecided from error
    payment = book_intent(asked.payment, intent)
    _check(payment, asked)
    return payment


def _check(payment: Payment, asked: PaymentEvent) -> None:
    """Raise CannotSettle if another act was quicker at Stripe than this one."""
    failed = PaymentEvent.objects.filter(operation=asked.operation, result=Result.FAILED).first()
    if failed:
        raise CannotSettle(_("It was not done: %(why)s") % {"why": failed.detail})


def decide(asked: PaymentEvent) -> bool:
    """Find out what became of a request whose answer was lost; returns whether it is decided now.

    One that Stripe knows nothing of after UNANSWERED_AFTER has failed and may be made anew, under a new key; should
    it show up after all, its event books it. Raises gateway.GatewayError.
    """
    payment = book_intent(asked.payment, gateway.retrieve_intent(asked.payment.intent_id or ""))
    if undecided().filter(pk=asked.pk).exists() and asked.at < timezone.now() - UNANSWERED_AFTER:
        write(
            payment,
            asked.kind,
            Result.FAILED,
            asked.amount,
            operation=asked.operation,
            key=f"{asked.operation} failed",
            detail="Stripe did not do it.",
        )
    return not undecided().filter(pk=asked.pk).exists()
