"""When there is no money left for what was to be paid back: a part of a return is dropped."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from payments import services as payments
from payments.models import Payment, Refund
from returns.models import ReturnLine, ReturnPayout, ReturnRequest
from returns.services.errors import CannotResolve
from returns.services.moves import lock, tell
from returns.services.redirecting import why_not_pay_again
from returns.tasks import pay_back

M = Refund.Method


@transaction.atomic
def forgo(payout: ReturnPayout, *, reason: str, by: User | None = None) -> ReturnRequest:
    """Drop a part for which there is no money left, as somebody has refunded it by hand; the return ends without it.

    Raises CannotResolve.
    """
    payment, payout = _lock(payout)
    if not reason.strip():
        raise CannotResolve(_("Say why."))
    if payout.amount <= payments.refundable(payment, M.CASH):
        raise CannotResolve(_("There is money left to pay it back from."))
    request = payout.request
    _take_off(request, payout)
    payout.delete()
    tell(
        request,
        gettext_noop("%(amount)s are not paid back: %(reason)s"),
        details={"amount": payout.amount, "reason": reason.strip()[:200]},
        key=f"without {payout.cause}",
        is_public=False,
        by=by,
    )
    pay_back.enqueue(request.pk)
    return request


def _lock(payout: ReturnPayout) -> tuple[Payment, ReturnPayout]:
    """The payment and the part as they are now, if the part has a problem. Raises CannotResolve."""
    payment = payments.lock(Payment.objects.get(order=payout.request.order_id))
    request = lock(payout.request)
    row = ReturnPayout.objects.filter(pk=payout.pk).first()
    if row is None:
        raise CannotResolve(_("Nothing is left to be paid back of it."))
    if why := why_not_pay_again(row):
        raise CannotResolve(why)
    row.request = request
    return payment, row


def _take_off(request: ReturnRequest, payout: ReturnPayout) -> None:
    """Take a part off the figures of its return, from what it was for."""
    shipping = payout.goods["shipping"]
    left = {int(at): entry["amount"] for at, entry in payout.goods["lines"].items()}
    for row in request.lines.select_related("line__replaces"):
        at = (row.line.replaces or row.line).position
        off = min(left.get(at, 0), row.refund)
        left[at] = left.get(at, 0) - off
        ReturnLine.objects.filter(pk=row.pk).update(refund=F("refund") - off)
    ReturnRequest.objects.filter(pk=request.pk).update(
        refund=F("refund") - payout.amount, shipping=F("shipping") - shipping
    )
