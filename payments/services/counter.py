"""Paying at the counter, when the order is collected: placed at once, paid later in cash or at a card terminal there.

Stripe never hears of it. What is taken is written into the same ledger as what a card was charged, once.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from config import toggles
from config.money import format_money
from orders import services as orders
from orders.models import Order, ShippingMethod
from orders.personal_data import written_to
from orders.services import buyers, quotas
from payments.models import Payment, PaymentEvent
from payments.services.errors import CounterRefused, PaymentError
from payments.services.ledger import tell, write_first
from payments.services.proving import lock

S = Payment.State
Kind = PaymentEvent.Kind
_TAKEN = {
    Payment.TakenIn.CASH: gettext_noop("Paid at the counter, in cash."),
    Payment.TakenIn.TERMINAL: gettext_noop("Paid at the counter, by card."),
}


class CannotTake(PaymentError):
    """The money cannot be taken at the counter now; the message says why."""


def is_offered(method: ShippingMethod | None) -> bool:
    """Whether who has this way of delivery may choose to pay at the counter."""
    return method is not None and method.is_collection and toggles.is_on("cash")


def check(method: ShippingMethod | None, amount: int, *, email: str) -> None:
    """Look whether so much (minor units) can be paid at the counter. Raises CounterRefused with the reason.

    What one address has ordered so and still owes counts together, up to COUNTER_MOST. Inside the transaction that
    opens it, before anything is held: of two presses of one mailbox, the second waits for the first and counts it.
    """
    if not toggles.is_on("cash"):
        raise CounterRefused(_("Paying at the counter is not possible at the moment. Please pay by card."))
    if not is_offered(method):
        raise CounterRefused(
            _(
                "Only what you collect can be paid at the counter. Please choose to collect it, or pay by card."
            )
        )
    for key in buyers.keys_of(email, None):
        quotas.wait_turn(f"counter by {key}")
    if owed_by(email) + amount > settings.COUNTER_MOST:
        raise CounterRefused(
            _(
                "Up to %(most)s can be ordered to be paid at the counter, with what waits there for you already. "
                "Please pay by card."
            )
            % {"most": format_money(settings.COUNTER_MOST)}
        )


def owed_by(email: str) -> int:
    """What is to be paid at the counter for orders of this address, in minor units; two queries."""
    waiting = Order.objects.filter(
        written_to(email.lower()),
        collect_until__isnull=False,
        payment_state=Order.PaymentState.AWAITING,
        state=Order.State.PLACED,
    )
    return sum(due(order.payment) for order in waiting.select_related("payment").prefetch_related("lines"))


def place(payment: Payment) -> None:
    """Place the order of a payment that is to be taken at the counter; inside the transaction that opens it.

    It waits until the end of the day, COLLECT_WITHIN_DAYS from now.
    """
    last = timezone.localtime() + timedelta(days=settings.COLLECT_WITHIN_DAYS)
    payment.order = orders.place_order(
        payment.checkout,
        payment_state=Order.PaymentState.AWAITING,
        words=gettext_noop("To be paid at the counter."),
        collect_until=last.replace(hour=23, minute=59, second=59, microsecond=0),
    )
    payment.save(update_fields=["order"])


def due(payment: Payment) -> int:
    """What is to be paid at the counter now, in minor units: what is owed and no store credit has paid."""
    if not is_waiting(payment) or payment.order is None:
        return 0
    return max(0, orders.owed(payment.order) - payment.credit)


def is_waiting(payment: Payment) -> bool:
    """Whether it is to be paid at the counter, and nobody has taken the money yet."""
    return payment.is_at_counter and payment.state == S.PENDING


def why_not_take(payment: Payment) -> str:
    """Why no money can be taken for it at the counter, in a sentence; empty if it can."""
    if not payment.is_at_counter:
        return _("It is not paid at the counter.")
    if payment.state == S.VOIDED:
        return _("The order is cancelled.")
    if payment.state != S.PENDING:
        return _("It was paid already.")
    return "" if due(payment) else _("Nothing is owed any more.")


@transaction.atomic
def take(payment: Payment, *, amount: int, taken_in: str) -> Payment:
    """Book that `amount` minor units, all that is due, were taken at the counter, once.

    What of the order was cancelled before is booked as released. Raises CannotTake with the reason.
    """
    payment = lock(payment)
    if why := why_not_take(payment):
        raise CannotTake(why)
    if amount != (now := due(payment)):
        raise CannotTake(_("%(due)s are to be paid now.") % {"due": format_money(now)})
    rest = payment.amount - now
    payment.authorised, payment.captured, payment.voided = payment.amount, now, rest
    payment.state, payment.taken_in = S.CAPTURED, Payment.TakenIn(taken_in)
    figures = ("authorised", "captured", "voided", "state", "taken_in")
    if not _still_waiting(payment).update(**{name: getattr(payment, name) for name in figures}):
        raise CannotTake(_("It was paid already."))
    operation = f"counter-{payment.checkout.number}"
    write_first(payment, Kind.AUTHORISE, payment.amount, operation=operation, key=f"authorise {operation}")
    write_first(payment, Kind.CAPTURE, now, operation=operation, key=f"capture {operation}")
    if rest:
        write_first(payment, Kind.VOID, rest, operation=operation, key=f"rest of {operation}")
    words = _TAKEN[Payment.TakenIn(taken_in)]
    tell(payment, Order.PaymentState.CAPTURED, words, key=f"captured {operation}")
    return payment


def void(payment: Payment) -> None:
    """Note that its order is cancelled and nobody will come and pay; the payment is locked. Raises CannotTake."""
    if not _still_waiting(payment).update(state=S.VOIDED):
        raise CannotTake(_("It was paid already."))
    payment.state = S.VOIDED
    operation = f"counter-{payment.checkout.number}"
    write_first(payment, Kind.VOID, 0, operation=operation, key=f"void {operation}")
    tell(payment, Order.PaymentState.VOIDED, gettext_noop("Nothing was paid."), key=f"voided {operation}")


def _still_waiting(payment: Payment) -> QuerySet[Payment]:
    return Payment.objects.filter(pk=payment.pk, state=S.PENDING, method=Payment.Method.COUNTER)
