"""Keeping an order in the house for a reason, and letting it go when the reason is gone.

A held order is neither shipped nor picked; its payment and its stock stay as they are.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from orders.models import Order, OrderEvent, OrderHold


@transaction.atomic
def hold(order: Order, kind: str, *, why: str, key: str, by: User | None = None) -> OrderHold:
    """Hold the order for a reason of `kind` (OrderHold.Kind), once per `key`; a reason that was lifted stays lifted.

    Waits for whoever ships the order just now. `why` is for staff, in English.
    """
    order = Order.objects.select_for_update().get(pk=order.pk)
    row, is_new = OrderHold.objects.get_or_create(
        key=key, defaults={"order": order, "kind": kind, "why": why[:300], "placed_by": by}
    )
    if is_new:
        _note(row, "placed", f"On hold, {row.get_kind_display()}: {row.why}", by)
    return row


@transaction.atomic
def lift(row: OrderHold, *, by: User | None = None) -> bool:
    """End one reason to hold an order; returns whether this was the time. Others may still hold it."""
    Order.objects.select_for_update().get(pk=row.order_id)
    lifted = OrderHold.objects.open().filter(pk=row.pk).update(lifted_at=timezone.now(), lifted_by=by)
    if lifted:
        _note(row, "lifted", f"No longer on hold for {row.get_kind_display()}.", by)
    return bool(lifted)


def _note(row: OrderHold, act: str, words: str, by: User | None) -> None:
    OrderEvent.objects.create(
        order_id=row.order_id, key=f"hold {row.pk} {act}", words=words[:300], is_public=False, actor=by
    )


def why_held(order: Order) -> str:
    """Why the order may not leave the house, in a sentence; empty if nothing holds it."""
    reasons = [row.why for row in order.holds.all() if row.lifted_at is None]
    return _("The order is on hold: %(reasons)s") % {"reasons": " ".join(reasons)} if reasons else ""
