"""Ordering once more what was ordered before, as far as it can be had today."""

from dataclasses import dataclass, field

from orders.models import Cart, Order, OrderLine
from orders.services.cart import CartError, Change, NotForSale, add_to_cart
from orders.services.priced_cart import max_quantity


@dataclass
class Again:
    """What became of each line: what went into the cart, whole or capped, and what did not, with the reason."""

    added: list[Change] = field(default_factory=list)
    refused: list[tuple[OrderLine, CartError]] = field(default_factory=list)

    @property
    def capped(self) -> list[Change]:
        return [change for change in self.added if change.is_capped]

    @property
    def count(self) -> int:
        """Pieces in the whole cart."""
        return self.added[-1].count if self.added else 0


def order_again(cart: Cart, order: Order) -> Again:
    """Put what was ordered into the cart at today's prices: each line as far as it goes, and say what did not.

    Each line is an act of its own, as if it were added by hand; what the cart held before stays.
    """
    again = Again()
    for line in order.lines.filter(replaces=None):
        try:
            again.added.append(_add(cart, line))
        except CartError as error:
            again.refused.append((line, error))
    return again


def _add(cart: Cart, line: OrderLine) -> Change:
    if line.variant_id is None:
        raise NotForSale
    return add_to_cart(cart, line.variant_id, min(line.quantity, max_quantity()))
