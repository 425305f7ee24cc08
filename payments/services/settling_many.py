"""Settling many payments: said first, then each asked for alone, so that one that fails stops no other.

What was agreed to is written down with one line per payment. Whoever works a line takes it up by a conditional
UPDATE: the request that wrote it, a worker, or both at once, and each line is asked of Stripe once.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from config.console import audit
from config.money import format_money
from orders import services as orders
from payments.models import Payment, SettleRun, SettleRunLine
from payments.services import settling
from payments.services.errors import PaymentError
from payments.services.ledger import undecided
from payments.tasks import settle_run

S = SettleRunLine.State
# Payments in one run, and so many of them that whoever pressed the button may wait for them.
MOST_AT_ONCE, FEW = 200, 5
# Seconds after which the rest is left to a worker, and after which a worker looks whether anything was left.
PATIENCE, LEFT_AFTER = 5.0, timedelta(seconds=30)


@dataclass(frozen=True)
class Plan:
    """What settling would do to one payment, in minor units, or in a sentence why it cannot be done."""

    payment: Payment
    amount: int
    released: int
    why_not: str


@dataclass(frozen=True)
class Outcome:
    """What became of one line of a run, as far as anybody knows."""

    line: SettleRunLine
    is_known: bool
    word: str
    words: str


def plan_settling(payments: QuerySet[Payment]) -> list[Plan]:
    """Say of each payment what settling would do, those whose hold ends first on top; a few queries in all."""
    rows = list(
        payments.select_related("checkout", "order")
        .prefetch_related("order__lines", "order__holds")
        .order_by("capture_before", "pk")
    )
    asked = set(undecided().filter(payment__in=rows).values_list("payment", flat=True))
    return [_plan(payment, is_asked=payment.pk in asked) for payment in rows]


def _plan(payment: Payment, *, is_asked: bool) -> Plan:
    why = settling.why_not_settle(payment, is_asked=is_asked)
    if not why and payment.order:
        why = orders.why_held(payment.order)
    amount = 0 if why else settling.most_to_settle(payment)
    if not why and not amount:
        why = "Nothing is owed any more; the hold can be released."
    return Plan(payment, amount, payment.authorised - amount if amount else 0, why)


@transaction.atomic
def open_run(key: str, amounts: Mapping[int, int], *, by: User) -> tuple[SettleRun, bool]:
    """Write down what was agreed to (payment: amount in minor units); a key that was used returns its run, and False.

    The task that sees to it is a row of the same transaction.
    """
    run, is_new = SettleRun.objects.get_or_create(key=key, defaults={"asked_by": by})
    if is_new:
        SettleRunLine.objects.bulk_create(
            SettleRunLine(run=run, payment_id=payment, amount=amount) for payment, amount in amounts.items()
        )
        at = timezone.now() + (LEFT_AFTER if len(amounts) <= FEW else timedelta(0))
        settle_run.using(run_after=at).enqueue(run.pk)
    return run, is_new


def work_run(run: SettleRun, *, seconds: float | None = None) -> None:
    """Settle what waits, one payment after the other; after so many seconds the rest is left. Safe twice at once."""
    give_up_at = time.monotonic() + seconds if seconds is not None else None
    for line in run.lines.filter(state=S.WAITING).select_related("payment__checkout", "payment__order"):
        if give_up_at is not None and time.monotonic() > give_up_at:
            return
        if SettleRunLine.objects.filter(pk=line.pk, state=S.WAITING).update(state=S.ASKED):
            _settle(run, line)


def _settle(run: SettleRun, line: SettleRunLine) -> None:
    payment = line.payment
    before = payment.state
    try:
        payment = settling.settle(payment, amount=line.amount)
    except settling.Undecided:
        _note(run, line, before, {"answer": "none yet"})
    except PaymentError as refusal:
        _note(run, line, before, {"refused": str(refusal)}, S.REFUSED, str(refusal))
    else:
        words = f"{format_money(payment.voided)} released." if payment.voided else ""
        _note(run, line, before, {"state": payment.state, "captured": payment.captured}, S.SETTLED, words)


@transaction.atomic
def _note(
    run: SettleRun,
    line: SettleRunLine,
    before: str,
    after: Mapping[str, object],
    state: str = S.ASKED,
    words: str = "",
) -> None:
    SettleRunLine.objects.filter(pk=line.pk).update(state=state, words=words[:300])
    what = f"payment of {line.payment.checkout.number}"
    audit(run.asked_by, "settle payment", what, before={"state": before}, after=after)


def outcomes(run: SettleRun) -> list[Outcome]:
    """What became of each line; where its answer was lost, the payment's own ledger says so. A few queries in all."""
    lines = list(run.lines.select_related("payment__checkout", "payment__order"))
    asked = set(
        undecided().filter(payment__in=[line.payment_id for line in lines]).values_list("payment", flat=True)
    )
    return [_outcome(line, is_asked=line.payment_id in asked) for line in lines]


def _outcome(line: SettleRunLine, *, is_asked: bool) -> Outcome:
    if line.state != S.ASKED:
        return Outcome(line, line.state != S.WAITING, line.get_state_display(), line.words)
    payment = line.payment
    if payment.captured:
        return Outcome(line, True, "settled", f"Stripe said so later: {format_money(payment.captured)}.")
    if is_asked:
        words = "Stripe has not answered. It is asked again within minutes, and this page shows what became of it."
        return Outcome(line, False, "unknown", words)
    if (
        payment.state == Payment.State.AUTHORISED
        and line.run.asked_at > timezone.now() - settling.UNANSWERED_AFTER
    ):
        return Outcome(line, False, "being settled", "")
    return Outcome(
        line, True, "not settled", f"It was not done; the payment is {payment.get_state_display()}."
    )


def is_over(found: Iterable[Outcome]) -> bool:
    """Whether nothing of a run waits or is under way; what nobody knows yet may take a while."""
    return all(each.is_known or each.word == "unknown" for each in found)
