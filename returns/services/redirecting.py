"""What was to be paid back and could not be: again, or another way; and money instead of an exchange."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from payments import services as payments
from payments.models import Payment, Refund
from returns.models import ReturnLine, ReturnPayout, ReturnRequest
from returns.services.errors import CannotDecide, CannotResolve
from returns.services.exchanging import let_go
from returns.services.moves import lock, tell
from returns.services.resolving import pay_payouts, payment_of

M = Refund.Method


def why_not_pay_again(payout: ReturnPayout) -> str:
    """Why this part of a return's money needs no other try, in a sentence; empty if it does."""
    states = set(_refunds_of(payout).values_list("state", flat=True))
    if Refund.State.SUCCEEDED in states:
        return _("It has been paid back.")
    if states - {Refund.State.FAILED}:
        return _("It is on its way.")
    has_failed_since = bool(states) and payout.request.state == ReturnRequest.State.CLOSED
    return "" if payout.problem or has_failed_since else _("It is being paid back.")


def _refunds_of(payout: ReturnPayout) -> QuerySet[Refund]:
    return Refund.objects.filter(payment__order=payout.request.order_id, cause=payout.cause)


def redirect_payout(
    payout: ReturnPayout, *, method: str, handed_over_by: str = "", by: User | None = None
) -> Refund:
    """Pay a part that could not be paid, in this way: the same once more, or another.

    The way and the refund are written down in one transaction, so that of two who choose differently one is told that
    it is on its way. Raises CannotResolve with the reason; then it may be tried anew.
    """
    payment = payment_of(payout.request)
    if payment is None:
        raise CannotResolve(_("There is no payment."))
    refund = _turn(payment, payout, method, handed_over_by.strip(), by)
    try:
        payments.carry_on(refund)
    except payments.Undecided:
        pass  # Nobody knows yet; the clock asks again.
    except payments.CannotRefund as error:
        ReturnPayout.objects.filter(pk=payout.pk, method=method).update(problem=str(error)[:300])
        raise CannotResolve(str(error)) from error
    pay_payouts(payout.request)
    refund.refresh_from_db()
    return refund


@transaction.atomic
def _turn(
    payment: Payment, payout: ReturnPayout, method: str, handed_over_by: str, by: User | None
) -> Refund:
    """Write down the way, who chose it and the refund, once it is certain that nothing is under way in the old one."""
    payment = payments.lock(payment)
    request = lock(payout.request)
    payout = ReturnPayout.objects.select_related("request").get(pk=payout.pk)
    before = payout.method
    if why := why_not_pay_again(payout):
        raise CannotResolve(why)
    if method != before and request.payouts.filter(method=method).exists():
        raise CannotResolve(_("Another part of it goes back in this way already. Choose a third."))
    payout.method, payout.by, payout.problem = method, by, ""
    payout.handed_over_by = handed_over_by[:100] if method == M.CASH else ""
    payout.save(update_fields=["method", "by", "problem", "handed_over_by"])
    if method != before:
        tell(
            request,
            gettext_noop("%(amount)s could not be paid back as planned, and goes back another way."),
            details={"amount": payout.amount},
            key=f"payout {payout.pk} {request.events.count()}",
            by=by,
        )
    try:
        return payments.ask_for_refund(
            payment,
            amount=payout.amount,
            cause=payout.cause,
            reason=f"Return {request.number}",
            by=by,
            method=method,
            handed_over_by=payout.handed_over_by,
            goods=payout.goods,
        )
    except payments.CannotRefund as error:
        raise CannotResolve(str(error)) from error


@transaction.atomic
def pay_instead(request: ReturnRequest, *, by: User | None = None) -> ReturnRequest:
    """Make an exchange a return for money, as when what was wanted is sold out. Raises CannotDecide."""
    request = lock(request)
    if why := why_not_pay_instead(request):
        raise CannotDecide(why)
    let_go(request)
    request.kind = ReturnRequest.Kind.REFUND
    request.save(update_fields=["kind"])
    ReturnLine.objects.filter(request=request).update(exchange_for=None)
    tell(request, gettext_noop("Money back instead of an exchange."), key="money instead", by=by)
    return request


def why_not_pay_instead(request: ReturnRequest) -> str:
    """Why the exchange stays one, in a sentence; empty if its money may be paid back instead."""
    if not request.is_exchange:
        return _("It is no exchange: its money is paid back.")
    if request.state in {*request.ENDED, *request.SETTLED}:
        return _("The return is %(state)s.") % {"state": request.get_state_display()}
    return ""
