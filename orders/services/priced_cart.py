"""A cart at today's prices: what each line costs, whether it can be had, and what changed since it was last seen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Case, OuterRef, QuerySet, Subquery, When

from config.money import MoneyField
from orders.models import Cart, CartLine, Checkout
from orders.services.deals import Deal, strike, with_sales
from shop.models import Variant, available_of


def max_quantity() -> int:
    """The most of one thing in one cart; the table itself refuses more than 999."""
    return min(settings.CART_MAX_QUANTITY, 999)


@dataclass(frozen=True)
class PricedLine:
    """A line at today's price. Sold-out and withdrawn lines cost nothing, as they cannot be bought.

    `old_price` is what the customer saw last, if that was another price.
    """

    line: CartLine
    variant: Variant
    quantity: int
    unit_price: int
    total: int
    available: int
    old_price: int | None
    is_short: bool
    is_gone: bool
    deal: Deal | None = None

    @property
    def is_sold_out(self) -> bool:
        return not self.is_gone and self.available < 1

    @property
    def is_problem(self) -> bool:
        return self.is_gone or self.is_short

    @property
    def is_flash(self) -> bool:
        return self.deal is not None and self.deal.fits(self.quantity)

    @property
    def was(self) -> int | None:
        """What may be struck through beside the price."""
        return self.deal.was if self.deal and self.is_flash else self.variant.compare_at_price

    @property
    def deal_words(self) -> str:
        return self.deal.words(self.quantity) if self.deal and not self.is_problem else ""

    @property
    def on_backorder(self) -> int:
        """How many of its pieces can be had but are not there yet."""
        return 0 if self.is_problem else backordered(self.quantity, self.available, self.variant)

    @property
    def one_more(self) -> int:
        return self.quantity + 1

    @property
    def one_less(self) -> int:
        return self.quantity - 1

    @property
    def is_full(self) -> bool:
        """Whether no further piece can be had."""
        most = self.deal.most if self.deal and self.is_flash else max_quantity()
        return self.quantity >= min(self.available, max_quantity(), most)


@dataclass(frozen=True)
class PricedCart:
    """The whole cart at today's prices, in minor units; `count` is the number of pieces.

    `is_being_paid` tells that a payment of it is under way.
    """

    lines: list[PricedLine]
    subtotal: int
    count: int
    is_being_paid: bool = False

    @property
    def problems(self) -> list[PricedLine]:
        """The lines that stand in the way of ordering."""
        return [line for line in self.lines if line.is_problem]

    @property
    def price_changes(self) -> list[PricedLine]:
        return [line for line in self.lines if line.old_price is not None]


def price_cart(cart: Cart) -> PricedCart:
    """Price every line by the catalogue and the shelf as they are now; one query, no lock.

    What the cart's own payment holds at this moment counts as available to it.
    """
    rows = [strike(row) for row in lines_with_stock().filter(cart=cart)]
    lines = [_priced(row) for row in rows]
    return PricedCart(
        lines=lines,
        subtotal=sum(line.total for line in lines),
        count=sum(line.quantity for line in lines),
        is_being_paid=any(row.live_lines for row in rows),
    )


def acknowledge_prices(priced: PricedCart) -> None:
    """Remember that the customer has been shown these prices; no query if all were known."""
    changed = priced.price_changes
    if changed:
        shown = Case(
            *(When(pk=each.line.pk, then=each.unit_price) for each in changed), output_field=MoneyField()
        )
        CartLine.objects.filter(pk__in=[each.line.pk for each in changed]).update(seen_price=shown)


@cache
def lines_with_stock() -> QuerySet[CartLine]:
    """The lines of all carts with what they are about, `available` pieces, and `live_lines` as `pieces_of` reads them.

    To be filtered. The query is built once: it is part of every step of a purchase.
    """
    paid = Checkout.objects.filter(cart=OuterRef("cart"), state__in=Checkout.LIVE).order_by()
    lines = CartLine.objects.select_related("variant__product__category", "variant__stock_item").annotate(
        available=available_of("variant__"), live_lines=Subquery(paid.values("lines")[:1])
    )
    return with_sales(lines, "variant__").order_by("pk")


def backordered(quantity: int, available: int, variant: Variant) -> int:
    """How many of so many pieces are not there yet, of the `available` ones that can be promised."""
    there = max(available - variant.stock_item.backorder_limit, 0)
    return max(quantity - there, 0)


def pieces_of(lines: Iterable[Mapping] | None) -> dict[int, int]:
    """How many of each variant such frozen lines hold."""
    return {line["variant"]: line["quantity"] for line in lines or ()}


def _priced(row: Any) -> PricedLine:
    """Price a line of `lines_with_stock`, which adds `available` and `live_lines`."""
    line: CartLine = row
    variant, quantity = line.variant, line.quantity
    available = row.available + pieces_of(row.live_lines).get(line.variant_id, 0)
    is_gone = not (variant.is_active and variant.product.is_active and variant.product.category.is_active)
    can_be_bought = not is_gone and available > 0
    return PricedLine(
        line=line,
        variant=variant,
        quantity=quantity,
        unit_price=variant.price,
        total=variant.price * quantity if can_be_bought else 0,
        available=available,
        old_price=line.seen_price if can_be_bought and line.seen_price != variant.price else None,
        is_short=not is_gone and available < quantity,
        is_gone=is_gone,
        deal=row.deal,
    )
