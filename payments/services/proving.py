"""The one function that proves a payment and places its order.

The webhook, the return page and `reconcile_payments` all come here, at once if need be. What Stripe says about the
PaymentIntent decides, never what an event or an address claims; each fact is booked once, under a unique key.
"""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from config.money import format_money
from orders import services as orders
from orders.models import Checkout, Order
from payments import gateway
from payments.models import Payment, PaymentEvent
from payments.services import store_credit
from payments.services.ledger import close_operation, open_operation, report, tell, write, write_first
from payments.tasks import mail_late_money, mail_payment_link, return_late_money

S = Payment.State
Kind = PaymentEvent.Kind
Result = PaymentEvent.Result
# What an authorisation tells of a payment.
AUTHORISED = ["intent_id", "authorised", "capture_before", "card_brand", "card_last4", "state", "order"]
PROVEN = {S.AUTHORISED, S.CAPTURED, S.PART_REFUNDED, S.REFUNDED}


def prove_payment(payment: Payment) -> Payment:
    """Ask Stripe what became of a payment and book it. Raises gateway.Unclear, gateway.Refused."""
    if payment.session_id is None:
        return payment
    return book_session(payment, gateway.retrieve_session(payment.session_id))


def prove_intent(payment: Payment, intent_id: str) -> Payment:
    """The same, asked of the intent. Raises gateway.Unclear, gateway.Refused."""
    return book_intent(payment, gateway.retrieve_intent(intent_id))


def book_session(
    payment: Payment,
    session: gateway.Session,
    *,
    act: str = "expire",
    reason: str = "The payment page ran out.",
) -> Payment:
    """Book what a session says: still open, dead (then the checkout ends by `act`), or complete."""
    if session.status == "expired":
        end(payment, act, reason)
    elif session.status == "complete" and session.intent:
        return book_intent(payment, session.intent)
    payment.refresh_from_db()
    return payment


@transaction.atomic
def end(payment: Payment, act: str, reason: str) -> None:
    """Nothing was paid: the stock is free, the store credit is back, once.

    Who has waited for the payment page until then is told that it did not come.
    """
    was_waited_for = payment.session_id is None and _waits_for_link(payment)
    if not orders.close_checkout(payment.checkout, act, reason=reason):
        return
    Payment.objects.filter(pk=payment.pk, state=S.PENDING).update(state=S.FAILED)
    if payment.checkout.credit:
        payment.refresh_from_db(fields=["credit"])
        store_credit.give_back(payment, payment.credit, reason=reason)
    if was_waited_for and act != "cancel":
        mail_payment_link.enqueue(payment.pk)


def _waits_for_link(payment: Payment) -> bool:
    return orders.lock_checkout(payment.checkout_id).state == Checkout.State.AWAITING_LINK


@transaction.atomic
def book_intent(payment: Payment, intent: gateway.Intent) -> Payment:
    """Book what an intent says, forward only, and place the order if the money is proven.

    Locks the checkout and then the payment. An intent that is not what was asked for leaves a Finding and no order.
    """
    payment = lock(payment)
    if intent.status not in {"requires_capture", "succeeded", "canceled"}:
        return payment
    if wrong := mismatch(payment, intent):
        report(payment, "mismatch", wrong)
        return payment
    if intent.status == "canceled" and not payment.authorised:
        end(payment, "cancel", "The payment was cancelled at Stripe.")
        payment.refresh_from_db()
    elif payment.state not in PROVEN and not payment.authorised:
        _authorise(payment, intent)
    if intent.status == "succeeded":
        _capture(payment, intent)
    elif intent.status == "canceled" and payment.authorised:
        _void(payment, intent)
    return payment


def lock(payment: Payment) -> Payment:
    """The payment as it is now, nobody else's until the transaction ends: first its checkout, then its own row."""
    checkout = orders.lock_checkout(payment.checkout_id)
    locked = Payment.objects.select_for_update(of=("self",)).select_related("order").get(pk=payment.pk)
    locked.checkout = checkout
    return locked


def mismatch(payment: Payment, intent: gateway.Intent) -> str:
    """Why this intent is not the payment that was asked for, in words; empty if it is."""
    if intent.currency != payment.currency:
        return f"Stripe reports {intent.currency}, the checkout is in {payment.currency}."
    if intent.amount != payment.amount:
        return f"Stripe reports {intent.amount}, the checkout asked for {payment.amount} minor units."
    if intent.livemode != settings.STRIPE_LIVE:
        return "A test payment reached the live shop, or a live one the test shop."
    if payment.intent_id not in {None, intent.id}:
        return f"A second payment {intent.id} for the checkout that {payment.intent_id} paid."
    return ""


def _authorise(payment: Payment, intent: gateway.Intent) -> None:
    payment.intent_id = intent.id
    write_first(payment, Kind.AUTHORISE, intent.amount, operation=intent.id, key=f"authorise {intent.id}")
    payment.authorised = intent.amount
    payment.capture_before = intent.capture_before
    payment.card_brand, payment.card_last4 = intent.card_brand[:30], intent.card_last4[:4]
    payment.state = S.AUTHORISED
    _place(payment)
    payment.save(update_fields=AUTHORISED)


def _place(payment: Payment) -> None:
    """Place the order; if stock, flash price, voucher or credit is gone as the money came late, the money goes back."""
    try:
        with transaction.atomic():
            order = orders.place_order(
                payment.checkout,
                payment_state=Order.PaymentState.AUTHORISED,
                words=gettext_noop("Payment authorised."),
            )
            if lacking := payment.checkout.credit - payment.credit:
                store_credit.spend(payment, lacking)
        payment.order = order
    except (orders.LinesShort, orders.DealGone, orders.VoucherGone, store_credit.NotEnoughCredit) as error:
        payment.checkout.refresh_from_db()
        operation = f"late-{payment.checkout.number}"
        key = f"{operation} requested"
        write(payment, Kind.VOID, Result.REQUESTED, payment.authorised, operation=operation, key=key)
        report(payment, "late_money", f"Paid after its time; {_gone(error)}. The money goes back.")
        return_late_money.enqueue(payment.pk)


def _gone(
    error: orders.LinesShort | orders.DealGone | orders.VoucherGone | store_credit.NotEnoughCredit,
) -> str:
    if isinstance(error, orders.LinesShort):
        return f"sold out meanwhile: {', '.join(error.skus)}"
    if isinstance(error, orders.DealGone):
        return "its flash sale has not so many pieces left for this customer"
    if isinstance(error, orders.VoucherGone):
        return f"the voucher {error.code} is used up meanwhile"
    return "the store credit that was to pay a part of it is spent meanwhile"


def _capture(payment: Payment, intent: gateway.Intent) -> None:
    """Book money that was settled, by us or in Stripe's dashboard."""
    operation = open_operation(payment, Kind.CAPTURE) or intent.id
    key = f"capture {intent.id}"
    if not write(payment, Kind.CAPTURE, Result.SUCCEEDED, intent.received, operation=operation, key=key):
        return
    close_operation(payment, Kind.VOID, "It was settled before.")
    payment.captured = intent.received
    payment.state = S.CAPTURED
    released = payment.authorised - intent.received
    if released > 0:
        write(payment, Kind.VOID, Result.SUCCEEDED, released, operation=intent.id, key=f"rest of {intent.id}")
        payment.voided = released
    payment.save(update_fields=["captured", "voided", "state"])
    state = Order.PaymentState.PART_CAPTURED if released > 0 else Order.PaymentState.CAPTURED
    tell(payment, state, gettext_noop("Payment settled."), key=f"captured {intent.id}")
    if payment.order and payment.order.state == Order.State.CANCELLED:
        charged = format_money(intent.received)
        words = f"{charged} was charged for {payment.order.number}, which is cancelled: refund it."
        report(payment, "charged_after_cancelling", words)
    if released > 0 and payment.order:
        orders.credit_down_to(payment.order, payment.paid, why="unsettled", key=intent.id)


def _void(payment: Payment, intent: gateway.Intent) -> None:
    """Book an authorisation that was released or has lapsed."""
    if payment.captured or payment.voided:
        return
    operation = open_operation(payment, Kind.VOID) or intent.id
    key = f"void {intent.id}"
    if not write(payment, Kind.VOID, Result.SUCCEEDED, payment.authorised, operation=operation, key=key):
        return
    close_operation(payment, Kind.CAPTURE, "It was released before.")
    lapsed = intent.cancellation_reason == "automatic"
    payment.voided = payment.authorised
    payment.state = S.EXPIRED if lapsed else S.VOIDED
    payment.save(update_fields=["voided", "state"])
    state = Order.PaymentState.EXPIRED if lapsed else Order.PaymentState.VOIDED
    words = (
        gettext_noop("The authorisation of the payment has lapsed.")
        if lapsed
        else gettext_noop("The payment was released.")
    )
    tell(payment, state, words, key=f"voided {intent.id}")
    if payment.order is None:
        mail_late_money.enqueue(payment.pk)
    store_credit.give_back(payment, payment.credit, reason="The payment was released.")
