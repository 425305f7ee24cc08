"""Signing in: what a guest collected comes along."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from orders.models import Cart, CartLine, Checkout
from orders.services.cart import lock_cart
from orders.services.priced_cart import max_quantity


@transaction.atomic
def merge_carts(guest: Cart, customer: User) -> Cart:
    """Move what a guest collected into the customer's cart, once; the guest's cart is gone then.

    Quantities add up within the limits; what does not fit stays behind. A payment that the guest has started
    moves along, unless the customer has one under way: that one is left as it is. The guest's voucher, which was
    typed last, takes the place of the customer's.
    """
    own = Cart.objects.get_or_create(customer=customer)[0]
    if not Cart.objects.filter(pk=guest.pk, customer=None).update(touched_at=timezone.now()):
        return own
    lock_cart(own)
    CartLine.objects.bulk_create(
        _joined_lines(own, guest),
        update_conflicts=True,
        unique_fields=["cart", "variant"],
        update_fields=["quantity"],
    )
    if not own.checkouts.filter(state__in=Checkout.LIVE).exists():
        guest.checkouts.filter(state__in=Checkout.LIVE).update(cart=own)
    if guest.voucher_id:
        Cart.objects.filter(pk=own.pk).update(voucher=guest.voucher_id)
        own.voucher_id = guest.voucher_id
    guest.delete()
    return own


def _joined_lines(own: Cart, guest: Cart) -> list[CartLine]:
    """Build the lines that the guest's choice adds to or raises in the customer's cart."""
    held = {line.variant_id: line for line in own.lines.select_related("variant")}
    worth = sum(line.quantity * line.variant.price for line in held.values())
    joined = []
    for line in guest.lines.select_related("variant"):
        before = held[line.variant_id].quantity if line.variant_id in held else 0
        quantity = min(before + line.quantity, max_quantity())
        added = (quantity - before) * line.variant.price
        has_room = before or len(held) < settings.CART_MAX_LINES
        if quantity > before and has_room and worth + added <= settings.CART_MAX_TOTAL:
            held[line.variant_id] = line
            worth += added
            joined.append(
                CartLine(cart=own, variant=line.variant, quantity=quantity, seen_price=line.seen_price)
            )
    return joined
