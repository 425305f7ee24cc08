"""The money ledger and who is told of it."""

import logging
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from orders import services as orders
from payments.models import Finding, Payment, PaymentEvent, Refund

Result = PaymentEvent.Result

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


def undecided(payments: QuerySet[Payment] | None = None) -> QuerySet[PaymentEvent]:
    """The requests to Stripe of which no result is known, of all payments or of some; a dispute is none of ours."""
    answers = PaymentEvent.objects.filter(
        operation=OuterRef("operation"), payment=OuterRef("payment"), kind=OuterRef("kind")
    ).exclude(result=Result.REQUESTED)
    asked = PaymentEvent.objects.filter(~Exists(answers), result=Result.REQUESTED)
    asked = asked.exclude(kind=PaymentEvent.Kind.DISPUTE)
    return asked if payments is None else asked.filter(payment__in=payments)


def unknown() -> QuerySet[PaymentEvent]:
    """The undecided requests of which nobody knows what became; a refund on its way is none: Stripe has said so."""
    on_its_way = Refund.objects.filter(operation=OuterRef("operation"), state=Refund.State.PENDING)
    return undecided().filter(~Exists(on_its_way))


def open_operation(payment: Payment, kind: str) -> str:
    """The request of this kind whose result is not known yet; empty if there is none."""
    return undecided().filter(payment=payment, kind=kind).values_list("operation", flat=True).first() or ""


def close_operation(payment: Payment, kind: str, why: str) -> None:
    """Note that a request cannot have its effect any more, if there is one; late money is settled by its own room."""
    for asked in undecided().filter(payment=payment, kind=kind).exclude(operation__startswith="late-"):
        write(
            payment,
            kind,
            Result.FAILED,
            asked.amount,
            operation=asked.operation,
            key=f"{asked.operation} failed",
            detail=why,
        )


def tell(
    payment: Payment, state: str, words: str, *, key: str, details: dict[str, Any] | None = None
) -> None:
    """Let the order say what became of its payment; `words` and `details` as `orders.record_event` takes them."""
    if payment.order:
        orders.record_payment(payment.order, state, words, key=key, details=details)


def report(payment: Payment | None, kind: str, sentence: str, *, about: str = "") -> Finding:
    """Leave a Finding for staff, once per kind and what it is `about`: a payment's number, or a name at Stripe.

    One that had gone by itself opens again, one that staff resolved only if its sentence is another one now.
    """
    about = about or (payment.checkout.number if payment else sentence[:100])
    sentence = sentence[:400]
    finding, is_new = Finding.objects.get_or_create(
        key=f"{kind} {about}",
        defaults={"kind": kind, "payment": payment, "sentence": sentence, "about": about[:255]},
    )
    known = Finding.objects.filter(pk=finding.pk)
    if is_new:
        logger.warning("Finding %s about %s: %s", kind, about, sentence)
    elif finding.resolved_at is None:
        known.update(sentence=sentence)
    elif finding.outcome != Finding.Outcome.STAFF or finding.sentence != sentence:
        known.update(sentence=sentence, resolved_at=None, outcome="", found_at=timezone.now())
        logger.warning("Finding %s about %s is back: %s", kind, about, sentence)
    finding.refresh_from_db()
    return finding
