"""What follows from what was taken back: money or a replacement, once, and the end of the return.

The decision is one transaction: the return is resolved, and how much goes back which way is written down as payouts,
with the task that pays them. `payments` pays each cause once, so the task may run again whatever stopped it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from config.money import format_money
from orders.models import OrderLine
from payments import services as payments
from payments.models import Payment, Refund
from returns.models import ReturnLine, ReturnPayout, ReturnRequest
from returns.services import valuing
from returns.services.errors import CannotResolve
from returns.services.exchanging import let_go, send_replacements
from returns.services.moves import lock, move, tell
from returns.tasks import pay_back, send_return_mail

M = Refund.Method


def payment_of(request: ReturnRequest) -> Payment | None:
    return Payment.objects.filter(order=request.order_id).first()


def worth_of(request: ReturnRequest) -> valuing.Worth:
    """What the pieces that were taken back are worth by the terms of the request, before it is resolved."""
    return _worth(request, lambda row: row.accepted)


def expected(request: ReturnRequest) -> valuing.Worth:
    """What would go back for all that may still come, before it is resolved: what was asked for, then authorised."""
    if request.state in ReturnRequest.BEFORE_DECISION:
        return _worth(request, lambda row: row.requested)
    is_inspected = request.state == ReturnRequest.State.INSPECTED
    return worth_of(request) if is_inspected else _worth(request, lambda row: row.approved)


def _worth(request: ReturnRequest, pieces: Callable[[ReturnLine], int]) -> valuing.Worth:
    rows = list(request.lines.select_related("line"))
    terms = request.policy["lines"]
    fees = {row.line.position: terms.get(str(row.line.position), {}).get("fee", 0) for row in rows}
    wanted = [(row.line, pieces(row), row.is_our_fault) for row in rows]
    refunds_delivery = request.policy.get("refunds_delivery", settings.RETURN_REFUNDS_DELIVERY)
    return valuing.worth(wanted, request.order, fees, refunds_delivery=refunds_delivery)


def most_to_pay(request: ReturnRequest, payment: Payment | None) -> int:
    """What the return may pay back at most, in minor units: what it is worth, and what is left of the payment."""
    return total_of(worth_of(request), payment)


@transaction.atomic
def resolve(
    request: ReturnRequest,
    *,
    parts: Mapping[str, int] | None = None,
    lines: Mapping[int, int] | None = None,
    reductions: Mapping[int, str] | None = None,
    handed_over_by: str = "",
    by: User | None = None,
) -> ReturnRequest:
    """Decide what goes back for what was taken, and have it paid; for an exchange, have the replacement sent.

    `parts` says how much goes which way (Refund.Method: minor units), all of it to the card if it is None; `lines`
    lowers what a line (position) is paid, with the reason in `reductions`. Raises CannotResolve.
    """
    payment = payment_of(request)
    payment = payments.lock(payment) if payment else None
    request = lock(request)
    worth = worth_of(request)
    move(request, "resolve", resolved_at=timezone.now())
    if request.is_exchange:
        sent = send_replacements(request, by=by)
        words = (
            gettext_noop("What you get instead is being prepared.")
            if sent
            else gettext_noop("Nothing was taken back.")
        )
        tell(request, words, key="resolved", by=by)
        send_return_mail.enqueue(request.pk, "resolved")
        return request
    let_go(request)
    worth = lowered(worth, lines or {}, reductions or {})
    total = total_of(worth, payment)
    if payment and total < worth.total and payment.disputes.undecided().with_money_away().exists():
        raise CannotResolve(
            _(
                "A bank has taken the money back for its customer and has not decided yet whether it stays away."
            )
        )
    parts = {method: amount for method, amount in (parts or _usual(payment, total)).items() if amount}
    if sum(parts.values()) != total or any(amount < 0 for amount in parts.values()):
        raise CannotResolve(
            _("%(total)s are to be paid back; the parts must add up to that.")
            % {"total": format_money(total)}
        )
    _write_down(request, worth, reductions or {}, total)
    if payment and total:
        _check_ways(payment, parts, total, handed_over_by, by)
        _write_payouts(request, worth, parts, handed_over_by, by)
    tell(
        request,
        gettext_noop("%(amount)s will be paid back.")
        if total
        else gettext_noop("Nothing is to be paid back."),
        details={"amount": total} if total else None,
        key="resolved",
        by=by,
    )
    send_return_mail.enqueue(request.pk, "resolved")
    pay_back.enqueue(request.pk)
    return request


def total_of(worth: valuing.Worth, payment: Payment | None) -> int:
    """What goes back of it in minor units: no more than is left of the payment."""
    return min(worth.total, payments.refundable(payment, M.CASH) if payment else 0)


def lowered(worth: valuing.Worth, lines: Mapping[int, int], reductions: Mapping[int, str]) -> valuing.Worth:
    """The worth with some lines lowered by staff, each with its reason. Raises CannotResolve."""
    amounts = dict(worth.lines)
    for at, amount in lines.items():
        if at not in amounts or not 0 <= amount <= amounts[at]:
            raise CannotResolve(_("A line cannot be paid more than it cost."))
        if amount < amounts[at] and not reductions.get(at, "").strip():
            raise CannotResolve(_("Say why less is paid back."))
        amounts[at] = amount
    fee = min(worth.fee, sum(amounts.values()))
    return valuing.Worth(amounts, worth.shipping, fee)


def _usual(payment: Payment | None, total: int) -> dict[str, int]:
    """To the card what it was charged, the rest as store credit, of which it was paid; cash for what was paid there."""
    if payment and payment.is_at_counter:
        to_credit = min(total, payments.credit_left(payment))
        return {M.CARD: 0, M.CREDIT: to_credit, M.CASH: total - to_credit}
    to_card = min(total, payments.refundable(payment, M.CARD)) if payment else 0
    return {M.CARD: to_card, M.CREDIT: total - to_card}


def usual_parts(request: ReturnRequest) -> dict[str, int]:
    """How the money goes back if nobody says otherwise, in minor units by way."""
    payment = payment_of(request)
    return _usual(payment, most_to_pay(request, payment))


def _check_ways(
    payment: Payment, parts: Mapping[str, int], total: int, handed_over_by: str, by: User | None
) -> None:
    if why := payments.why_beyond(payment, total, by):
        raise CannotResolve(why)
    if unknown := set(parts) - set(M.values):
        raise CannotResolve(_("Money does not go back like that: %(ways)s.") % {"ways": ", ".join(unknown)})
    for method, amount in parts.items():
        if why := payments.why_not_method(payment, method):
            raise CannotResolve(why)
        if amount > (most := payments.refundable(payment, method)):
            raise CannotResolve(
                _("At most %(most)s can be paid back %(way)s.")
                % {"most": format_money(most), "way": M(method).label}
            )
    if parts.get(M.CASH) and not handed_over_by.strip():
        raise CannotResolve(_("Please say who handed the cash over."))


def _write_down(
    request: ReturnRequest, worth: valuing.Worth, reductions: Mapping[int, str], total: int
) -> None:
    """Keep what each line is paid; what cannot be paid any more, as it went back before, is taken off line by line."""
    amounts = worth.lines
    beyond = worth.total - total
    shipping = worth.shipping - (off := min(beyond, worth.shipping))
    beyond -= off
    for row in request.lines.select_related("line"):
        at = row.line.position
        off = min(beyond, amounts.get(at, 0))
        beyond -= off
        ReturnLine.objects.filter(pk=row.pk).update(
            refund=amounts.get(at, 0) - off, reduction=reductions.get(at, "")[:300]
        )
    ReturnRequest.objects.filter(pk=request.pk).update(refund=total, shipping=shipping, fee=worth.fee)
    request.refund, request.shipping, request.fee = total, shipping, worth.fee


def _write_payouts(
    request: ReturnRequest,
    worth: valuing.Worth,
    parts: Mapping[str, int],
    handed_over_by: str,
    by: User | None,
) -> None:
    """Write down each way's part, and what it is for: each line's amount less its share of the fee, in their order."""
    rows = list(request.lines.select_related("line__replaces").order_by("line__position"))
    left = _less_fee({row.pk: row.refund for row in rows}, request.fee)
    shipping = request.shipping
    pieces = {row.pk: row.accepted for row in rows}
    for method, amount in parts.items():
        goods: dict[str, Any] = {"lines": {}, "shipping": 0}
        rest = amount
        for row in rows:
            taken = min(rest, left[row.pk])
            if taken or pieces[row.pk]:
                paid = valuing.paid_line(row.line).position
                entry = goods["lines"].setdefault(str(paid), {"pieces": 0, "amount": 0})
                entry["pieces"] += pieces[row.pk]
                entry["amount"] += taken
            left[row.pk] -= taken
            pieces[row.pk] = 0
            rest -= taken
        goods["shipping"] = rest
        shipping -= rest
        ReturnPayout.objects.create(
            request=request,
            method=method,
            amount=amount,
            goods=goods,
            handed_over_by=handed_over_by[:100] if method == M.CASH else "",
            by=by,
        )


def _less_fee(amounts: Mapping[int, int], fee: int) -> dict[int, int]:
    """The amounts less a fee, taken off in proportion, to the last minor unit."""
    whole = sum(amounts.values())
    if not fee or not whole:
        return dict(amounts)
    shares, done, before = {}, 0, 0
    for key, amount in amounts.items():
        before += amount
        upto = fee * before // whole
        shares[key] = amount - (upto - done)
        done = upto
    return shares


def pay_payouts(request: ReturnRequest, *, anew: bool = False) -> bool:
    """Have every part paid that is not yet, and close the return once all are; safe to run again, and at once.

    What cannot be paid is kept as the payout's problem, for staff, and is tried again only `anew`. Returns whether all
    is paid.
    """
    payment = payment_of(request)
    rows = [row for row in request.payouts.all() if anew or not row.problem]
    for row in rows:
        if payment:
            _pay(payment, row, anew=anew)
    if why_not_close(request):
        return False
    close(request)
    return True


def _pay(payment: Payment, row: ReturnPayout, *, anew: bool) -> None:
    if not anew and (failed := payments.why_failed(payment, row.cause)):
        ReturnPayout.objects.filter(pk=row.pk, method=row.method).update(problem=failed[:300])
        return
    try:
        paid = payments.refund(
            payment,
            amount=row.amount,
            cause=row.cause,
            reason=f"Return {row.request.number}",
            by=row.by,
            method=row.method,
            handed_over_by=row.handed_over_by,
            goods=row.goods,
        )
        payments.carry_on(paid)
    except payments.Undecided:
        return
    except payments.CannotRefund as error:
        ReturnPayout.objects.filter(pk=row.pk, method=row.method).update(problem=str(error)[:300])
        return
    ReturnPayout.objects.filter(pk=row.pk).exclude(problem="").update(problem="")


@transaction.atomic
def close(request: ReturnRequest, *, by: User | None = None) -> bool:
    """End a return of which nothing more is to be done; returns whether this was the time."""
    request = lock(request)
    if request.state != ReturnRequest.State.RESOLVED:
        return False
    if waits := why_not_close(request):
        raise CannotResolve(waits)
    move(request, "close")
    tell(request, gettext_noop("Closed."), key="closed", by=by)
    return True


def why_not_close(request: ReturnRequest) -> str:
    """What is still to be done, in a sentence; empty if nothing is."""
    causes = [payout.cause for payout in request.payouts.all()]
    paid = Refund.objects.filter(
        payment__order=request.order_id, cause__in=causes, state=Refund.State.SUCCEEDED
    ).count()
    if paid < len(causes):
        return _("Its money is not back yet.")
    replacements = OrderLine.objects.filter(replaces_returned__request=request)
    if any(line.quantity > line.cancelled + line.shipped for line in replacements):
        return _("What is sent instead has not left the house yet.")
    return ""
