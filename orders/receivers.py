"""What this room does when people sign in and out, and when the warehouse says that something is short."""

from django.contrib import messages
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from inventory.signals import stock_short
from orders import cart_cookie, tasks
from orders import services as orders


@receiver(user_logged_in)
def take_the_cart_along(sender: object, request: HttpRequest | None, user: User, **kwargs: object) -> None:
    """Join the guest's cart to the customer's and let the browser know the customer's own."""
    if request is None:
        return
    guest = orders.find_cart(cart_cookie.read(request)[0], None)
    own = orders.merge_carts(guest, user) if guest else orders.find_cart(None, user)
    if own is None:
        cart_cookie.forget(request)
        return
    pieces = orders.pieces_in(own)
    cart_cookie.remember(request, own, pieces)
    if guest and pieces and hasattr(request, "_messages"):
        messages.info(request, _("Your cart came along: please look through it before you order."))


@receiver(user_logged_out)
def leave_the_cart_behind(sender: object, request: HttpRequest | None, **kwargs: object) -> None:
    """Take the customer's cart off the browser; it waits for the next sign-in."""
    if request is not None:
        cart_cookie.forget(request)


@receiver(stock_short)
def share_out(sender: object, item: int, **kwargs: object) -> None:
    """Hold orders, or let them go; later, as orders are locked before stock."""
    tasks.follow_shortage.enqueue(item)
