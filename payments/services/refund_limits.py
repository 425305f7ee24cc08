"""How much may go back, in which way and by whose hand; and why not more. Nothing here changes anything."""

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.models import User
from config.money import format_money
from payments.models import Payment, Refund
from payments.services.disputing import why_disputed

S = Refund.State
M = Refund.Method


def refundable(payment: Payment, method: str = M.CARD) -> int:
    """What may still be paid back in this way, in minor units: settled, not refunded, not on its way.

    All ways together give back no more than was paid and no bank has taken, and the card no more than it was charged.
    """
    if method == M.CARD and payment.is_at_counter:
        return 0
    gone = under_way(payment) + payment.disputed
    left = payment.paid - payment.refunded - gone
    to_card = payment.captured - (payment.refunded - payment.refunded_otherwise) - gone
    return max(0, min(left, to_card) if method == M.CARD else left)


def credit_left(payment: Payment) -> int:
    """What it was paid with store credit and did not become store credit again, in minor units; one query.

    Before it is settled, what is given back is in its `credit` no more; afterwards it is a refund.
    """
    back = payment.refunds.filter(method=M.CREDIT, state=S.SUCCEEDED).aggregate(sum=Sum("amount"))["sum"] or 0
    return max(0, payment.credit - back)


def under_way(payment: Payment) -> int:
    open_ones = payment.refunds.filter(state__in=[S.REQUESTED, S.PENDING])
    return open_ones.aggregate(sum=Sum("amount"))["sum"] or 0


def why_not_method(payment: Payment, method: str) -> str:
    """Why money cannot go back in this way, whatever the amount, in a sentence; empty if it can.

    A dispute shuts the way to the card; what the bank did not take can still go back in another way.
    """
    if method == M.CARD and payment.is_at_counter:
        return _("It was paid at the counter, so nothing can go back to a card.")
    if method == M.CARD:
        return why_disputed(payment)
    if method == M.CREDIT:
        return _why_no_credit(payment)
    if method == M.CASH and payment.order is None:
        return _("There is no order for it; the money goes back by itself.")
    return ""


def _why_no_credit(payment: Payment) -> str:
    if payment.order is None:
        return _("There is no order for it; the money goes back by itself.")
    customer = payment.order.customer
    if customer is None:
        return _("The order was placed without an account, so nobody could spend the store credit.")
    return _("The account is closed.") if customer.erased_at or not customer.is_active else ""


def why_not_refund(payment: Payment) -> str:
    """Why nothing can be paid back now in any way, in a sentence; empty if something can."""
    if refundable(payment, M.CASH) > 0:
        return ""
    if words := why_disputed(payment):
        return words
    if not payment.paid:
        return _("Nothing was settled, so there is nothing to pay back.")
    if payment.refunded < payment.paid:
        return _("All of it has been asked back already; it is on its way.")
    return _("All of it has been paid back already.")


def why_beyond(payment: Payment, amount: int, by: User | None) -> str:
    """Why this member of staff may not pay back so much (minor units), in a sentence; empty if they may.

    All that was paid back of one payment counts together. What nobody asked for, such as money that came too late,
    has no limit.
    """
    if by is None or by.has_perm("payments.refund_any_amount"):
        return ""
    limit = settings.SUPPORT_REFUND_LIMIT
    if payment.refunded + under_way(payment) + amount <= limit:
        return ""
    return _("You may pay back %(limit)s of one payment in all. Please ask somebody of finance.") % {
        "limit": format_money(limit)
    }
