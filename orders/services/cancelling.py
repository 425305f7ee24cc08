"""Calling an order off, whole or in pieces: its goods are free again, its invoice is credited. Money is not moved here.

What was shipped cannot be cancelled; it comes back as a return.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from inventory import services as inventory
from orders.models import Order, OrderEvent, OrderLine
from orders.services.errors import OrderError
from orders.tasks import credit_cancelled, send_cancelled


class CannotCancel(OrderError):
    """The order, or so much of it, cannot be cancelled; the message says why."""


@dataclass(frozen=True)
class Cancellation:
    """What was called off: `value` in minor units, tax included, and delivery too if nothing is left of the order."""

    value: int
    is_whole: bool


def open_pieces(line: OrderLine) -> int:
    """How many pieces of a line may still be cancelled; none of a replacement, for which pieces were given back."""
    if line.replaces_id:
        return 0
    return line.quantity - line.cancelled - line.shipped


def share_of(line: OrderLine, pieces: int) -> int:
    """What so many pieces of a line cost, tax included: cut so that all pieces together cost the line's gross.

    Where that cannot be divided, net and tax are cut each by itself, as on a credit note.
    """
    if line.gross % line.quantity == 0:
        return line.gross // line.quantity * pieces
    return sum((2 * part * pieces + line.quantity) // (2 * line.quantity) for part in (line.net, line.tax))


def owed(order: Order) -> int:
    """What the customer owes for what is not cancelled, in minor units; one query."""
    if order.state == Order.State.CANCELLED:
        return 0
    return order.total - sum(share_of(line, line.cancelled) for line in order.lines.all())


def why_not_cancel(order: Order) -> str:
    """Why nothing of the order can be cancelled, in a sentence; empty if something can."""
    if order.state == Order.State.CANCELLED:
        return _("The order is cancelled already.")
    if not any(open_pieces(line) for line in order.lines.all()):
        return _("Everything has been shipped. What came can be sent back.")
    return ""


def cancel(
    order: Order,
    *,
    key: str,
    reason: str,
    pieces: Mapping[int, int] | None = None,
    by: User | None = None,
) -> Cancellation:
    """Call off `pieces` (position: how many) of an order, or with None all that is not shipped.

    Runs inside the transaction of whoever settles the money, which has locked checkout and order before. `key` names
    this one act. Raises CannotCancel.
    """
    order = Order.objects.select_for_update().get(pk=order.pk)
    if why := why_not_cancel(order):
        raise CannotCancel(why)
    lines = {line.position: line for line in order.lines.select_for_update()}
    wanted = (
        {position: open_pieces(line) for position, line in lines.items() if open_pieces(line)}
        if pieces is None
        else {position: count for position, count in pieces.items() if count}
    )
    if not wanted:
        raise CannotCancel(_("Choose what to cancel."))
    before = owed(order)
    inventory.lock_levels(line.reference for line in lines.values())
    for position, count in sorted(wanted.items()):
        _cancel_line(lines.get(position), count, key=key, reason=reason, by=by)
    is_whole = not order.lines.filter(quantity__gt=F("cancelled")).exists()
    if is_whole:
        Order.objects.filter(pk=order.pk).update(state=Order.State.CANCELLED)
        order.state = Order.State.CANCELLED
    OrderEvent.objects.create(
        order=order, key=f"{key} {order.number}"[:120], actor=by, **_words(is_whole, wanted)
    )
    called_off = {str(position): count for position, count in wanted.items()}
    if not is_whole:
        credit_cancelled.enqueue(order.pk, called_off, key)
    send_cancelled.enqueue(order.pk, key, called_off)
    return Cancellation(before - owed(Order.objects.get(pk=order.pk)), is_whole)


def _cancel_line(line: OrderLine | None, count: int, *, key: str, reason: str, by: User | None) -> None:
    if line is None or not 1 <= count <= open_pieces(line):
        raise CannotCancel(_("Not so many pieces are left to cancel."))
    still = OrderLine.objects.filter(pk=line.pk, quantity__gte=F("cancelled") + F("shipped") + count)
    short = min(line.short, count)
    if not still.update(cancelled=F("cancelled") + count, short=F("short") - short):
        raise CannotCancel(_("Not so many pieces are left to cancel."))
    if allocated := count - short:
        inventory.deallocate(line.reference, cause=key, quantity=allocated, reason=reason[:200], by=by)


def _words(is_whole: bool, wanted: Mapping[int, int]) -> dict[str, object]:
    if is_whole:
        return {"words": gettext_noop("Order cancelled.")}
    count = sum(wanted.values())
    some = gettext_noop("One piece cancelled."), gettext_noop("%(count)s pieces cancelled.")
    return {"words": some[count != 1], "details": {"count": count}}
