"""The expected "no"s of this room share one base; the cart's own stand beside the acts that say them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orders.services.quote import Quote


class OrderError(Exception):
    """Something cannot be done with a cart, a checkout or an order; its message is fit to show."""


class EmptyCart(OrderError):
    def __init__(self) -> None:
        super().__init__("Your cart is empty.")


class NoDelivery(OrderError):
    def __init__(self) -> None:
        super().__init__("We cannot deliver to this country.")


class LinesShort(OrderError):
    """Some lines ask for more than there is; `skus` names them."""

    def __init__(self, skus: Iterable[str]):
        self.skus = sorted(skus)
        super().__init__(f"No longer available: {', '.join(self.skus)}.")


class OfferChanged(OrderError):
    """The offer is not the one that the customer agreed to; `quote` is what it is now."""

    def __init__(self, quote: "Quote"):
        self.quote = quote
        super().__init__("Something changed since you saw this page. Please look at the new total.")
