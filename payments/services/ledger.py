"""The money ledger and who is told of it."""

import logging

from orders import services as orders
from payments.models import Finding, Payment, PaymentEvent

logger = logging.getLogger(__name__)


def write(
    payment: Payment, kind: str, result: str, amount: int, *, operation: str, key: str, detail: str = ""
) -> bool:
    """Write one line of the money ledger, in minor units; False if this fact is in it already."""
    line = _line(payment, kind, result, amount, operation, detail)
    return PaymentEvent.objects.get_or_create(key=key, defaults=line)[1]


def write_first(payment: Payment, kind: str, amount: int, *, operation: str, key: str) -> None:
    """Write a success that cannot be in the ledger yet, as the payment is locked and says so (IntegrityError)."""
    line = _line(payment, kind, PaymentEvent.Result.SUCCEEDED, amount, operation, "")
    PaymentEvent.objects.create(key=key, **line)


def _line(
    payment: Payment, kind: str, result: str, amount: int, operation: str, detail: str
) -> dict[str, object]:
    return {
        "payment": payment,
        "kind": kind,
        "result": result,
        "amount": amount,
        "operation": operation,
        "stripe_id": payment.intent_id or "",
        "detail": detail,
    }


def tell(payment: Payment, state: str, words: str, *, key: str) -> None:
    """Let the order say in its own words what became of its payment."""
    if payment.order:
        orders.record_payment(payment.order, state, words, key=key)


def report(payment: Payment | None, kind: str, sentence: str) -> None:
    """Leave a Finding for staff, once per payment and kind."""
    about = payment.checkout.number if payment else sentence[:100]
    _, is_new = Finding.objects.get_or_create(
        key=f"{kind} {about}", defaults={"kind": kind, "payment": payment, "sentence": sentence[:400]}
    )
    if is_new:
        logger.warning("Finding %s about %s: %s", kind, about, sentence)
