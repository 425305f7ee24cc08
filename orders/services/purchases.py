"""Who has bought what."""

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from orders.models import Order, OrderLine
from orders.services.errors import OrderError
from shop.models import Product

# Orders for which money was promised and then was not taken.
_NEVER_PAID = (Order.PaymentState.VOIDED, Order.PaymentState.EXPIRED)


class NotBought(OrderError):
    def __init__(self) -> None:
        super().__init__(
            _("Reviews are written by customers who bought the product. We find no order of yours with it.")
        )


def purchase_of(customer: User, product: Product) -> OrderLine:
    """The first line by which this customer bought the product, in whichever size; raises NotBought.

    The order must be their own and neither cancelled nor left unpaid, and something of the line must not be cancelled.
    What was sent back later was bought all the same: whoever returns a thing has something to say about it.
    """
    lines = OrderLine.objects.filter(
        order__customer=customer,
        order__state__in=[Order.State.PLACED, Order.State.CLOSED],
        variant__product=product,
        quantity__gt=F("cancelled"),
    ).exclude(order__payment_state__in=_NEVER_PAID)
    line = lines.select_related("order").order_by("pk").first()
    if line is None:
        raise NotBought
    return line
