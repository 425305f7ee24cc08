"""Guests' orders that join an account, once its owner has proven to read mail at their address."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from orders.models import Checkout, Order, OrderEvent
from orders.services.errors import OrderError

# In one act; whoever has more presses again.
MOST_CLAIMED = 200


class AddressNotProven(OrderError):
    def __init__(self) -> None:
        super().__init__(_("Please confirm your e-mail address first."))


def claimable_orders(user: User) -> QuerySet[Order]:
    """The orders placed as a guest under exactly this address; none before the address is proven."""
    if user.email_verified_at is None or not user.is_active:
        return Order.objects.none()
    return Order.objects.filter(customer=None, email=user.email)


@transaction.atomic
def claim_guest_orders(user: User) -> int:
    """Let those orders join the account; each joins once, whoever presses twice. Returns how many did.

    The account is read anew under a lock, as its address may be changing in another tab. Raises AddressNotProven.
    """
    owner = User.objects.select_for_update().get(pk=user.pk)
    if owner.email_verified_at is None or not owner.is_active:
        raise AddressNotProven
    found = claimable_orders(owner).order_by("pk")[:MOST_CLAIMED]
    return sum(_claim(order, owner) for order in found)


def _claim(order: Order, owner: User) -> bool:
    unclaimed = Order.objects.filter(pk=order.pk, customer=None, email=owner.email)
    if not unclaimed.update(customer=owner):
        return False
    Checkout.objects.filter(pk=order.checkout_id, customer=None).update(customer=owner)
    OrderEvent.objects.create(
        order=order,
        words=gettext_noop("Added to the customer's account."),
        actor=owner,
        key=claim_key(order),
    )
    return True


def claim_key(order: Order) -> str:
    """The event that tells an order which joined an account from one that was placed there."""
    return f"claimed {order.number}"


def was_claimed(order: Order) -> bool:
    return OrderEvent.objects.filter(key=claim_key(order)).exists()
