"""The noes of paying, fit to show."""

from orders.models import Order


class PaymentError(Exception):
    """Something about paying that cannot be done."""


class ProviderAway(PaymentError):
    """The payment provider did not answer, or not clearly; nothing was charged."""

    def __init__(self) -> None:
        super().__init__(
            "Our payment provider is not answering right now. Nothing was charged and your cart is kept: "
            "please try again in a minute."
        )


class AlreadyOrdered(PaymentError):
    """The checkout of this cart was paid already."""

    def __init__(self, order: Order):
        self.order = order
        super().__init__(f"This is paid already: it is your order {order.number}.")
