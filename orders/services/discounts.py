"""What is taken off an offer: by whom, of which lines, how much; in whole minor units.

Promotions come first, one after the other, then the voucher; each takes off what the ones before have left. Free
delivery is looked at last, by what the goods cost then. Whatever is on a flash sale is never reduced further, but
counts for what the goods must be worth.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from config.money import format_money
from orders.models import Cart, Offer, Promotion, Voucher
from orders.services import vouchers
from orders.services.priced_cart import PricedCart
from orders.services.reducing import Pieces, percent_off, pieces_off, spread
from shop import kept
from shop.tree import Shelf, category_tree

Kind = Offer.Kind


@dataclass(frozen=True)
class Reduction:
    """What one offer of ours takes off: of each line (by SKU), and off delivery; minor units, as prices are shown.

    `reference` is how we call it ("promotion 3"), `name` how customers do, `code` what they typed for it, if anything.
    """

    reference: str
    name: str
    lines: Mapping[str, int]
    shipping: int = 0
    code: str = ""

    @property
    def amount(self) -> int:
        """What it takes off the goods."""
        return sum(self.lines.values())

    def frozen(self) -> dict[str, object]:
        """As checkouts and orders keep it."""
        return {**asdict(self), "amount": self.amount}


@dataclass(frozen=True)
class Goods:
    """A line as offers see it; `total` is what its pieces cost before anything is taken off."""

    sku: str
    price: int
    quantity: int
    category: int
    is_flash: bool

    @property
    def total(self) -> int:
        return self.price * self.quantity


@dataclass(frozen=True)
class Reduced:
    """What is taken off a cart.

    `delivery` frees the delivery, if anything does; `to_free_delivery` is what the goods lack for it (minor units),
    None if nothing is to be had. `code` is the voucher of the cart, `why_not` why it takes nothing off.
    """

    goods: list[Reduction] = field(default_factory=list)
    delivery: Reduction | None = None
    to_free_delivery: int | None = None
    code: str = ""
    why_not: str = ""

    @property
    def amount(self) -> int:
        """What is taken off the goods."""
        return sum(reduction.amount for reduction in self.goods)

    def with_delivery(self, price: int) -> list[Reduction]:
        """All of them, where delivery costs so much."""
        if self.delivery is None or price <= 0:
            return self.goods
        return [*self.goods, replace(self.delivery, shipping=price)]

    def frozen(self) -> list[dict[str, object]]:
        """As a checkout keeps them, before it is known what delivery costs."""
        return [each.frozen() for each in (*self.goods, *([self.delivery] if self.delivery else []))]


def off_by_sku(reductions: Iterable[Reduction]) -> Counter[str]:
    """What all of them together take off each line."""
    off: Counter[str] = Counter()
    for reduction in reductions:
        off.update(reduction.lines)
    return off


def reduce(rows: Sequence[Any], cart: Cart, *, email: str = "") -> Reduced:
    """What is taken off these lines of a cart (as `lines_with_stock` gives them) today.

    `email` is whose order it would be, as far as that is known yet. Two statements with a voucher, and one
    in a moment for promotions.
    """
    promotions = running_promotions()
    voucher = vouchers.of_cart(cart)
    till = _Till([goods_of(row) for row in rows])
    for promotion in promotions:
        if promotion.kind != Kind.DELIVERY:
            till.take(promotion)
    why_not = _why_not(voucher, cart, till, email) if voucher else ""
    if voucher and not why_not and voucher.kind != Kind.DELIVERY and not till.take(voucher):
        why_not = _("This voucher is not for what is in your cart.")
    delivery, lacking = _free_delivery(promotions, till)
    if voucher and not why_not and voucher.kind == Kind.DELIVERY:
        if delivery:
            why_not = _("Delivery is free already: keep this voucher for another time.")
        else:
            delivery, lacking = _named(voucher, {}), None
    return Reduced(till.taken, delivery, lacking, voucher.code if voucher else "", why_not)


def running_promotions() -> list[Any]:
    """Those that run by the clock of now; what staff change of them counts from the next moment (`shop.kept`) on."""
    known = kept.get("promotions", lambda: list(Promotion.objects.not_over()))
    return [each for each in known if each.state == "running"]


def reduce_cart(cart: Cart, priced: PricedCart) -> Reduced:
    """What is taken off a priced cart, of the lines that can be bought."""
    return reduce([line.line for line in priced.lines if line.total], cart)


def goods_of(row: Any) -> Goods:
    """A line of a cart as offers see it."""
    return Goods(
        sku=row.variant.sku,
        price=row.variant.price,
        quantity=row.quantity,
        category=row.variant.product.category_id,
        is_flash=getattr(row, "is_flash", False),
    )


class _Till:
    """The lines, what is left of each, and who has taken off what so far."""

    def __init__(self, goods: Sequence[Goods]):
        self.goods = goods
        self.left = {line.sku: line.total for line in goods}
        self.taken: list[Reduction] = []

    @cached_property
    def shelves(self) -> dict[int, Shelf]:
        """The categories that are shown, by their id; asked for where an offer is about one."""
        return category_tree().by_pk

    def of(self, offer: Offer) -> list[Goods]:
        """The lines that an offer is about."""
        if offer.category_id is None:
            return list(self.goods)
        shelf = self.shelves.get(offer.category_id)
        wanted = {each.pk for each in shelf.subtree()} if shelf else {offer.category_id}
        return [line for line in self.goods if line.category in wanted]

    def lacks(self, offer: Offer) -> int:
        """What is missing to what its goods must be worth: before anything is taken off, for free delivery after."""
        is_after = offer.kind == Kind.DELIVERY
        worth = sum(self.left[line.sku] if is_after else line.total for line in self.of(offer))
        return max(offer.minimum - worth, 0)

    def take(self, offer: Offer) -> bool:
        """Let an offer take off what it does; returns whether that is anything."""
        if self.lacks(offer):
            return False
        lines = [line for line in self.of(offer) if not line.is_flash]
        off = _off(offer, lines, {line.sku: self.left[line.sku] for line in lines})
        for sku, amount in off.items():
            self.left[sku] -= amount
        if off:
            self.taken.append(_named(offer, off))
        return bool(off)


def _off(offer: Any, lines: Sequence[Goods], left: Mapping[str, int]) -> dict[str, int]:
    if offer.kind == Kind.PERCENT:
        return percent_off(offer.percent, left)
    if offer.kind == Kind.AMOUNT:
        return spread(offer.amount, left)
    pieces = [Pieces(line.sku, line.price, line.quantity) for line in lines]
    return pieces_off(pieces, left, buy=offer.buy, get=offer.get, percent=offer.percent)


def _named(offer: Any, off: Mapping[str, int]) -> Reduction:
    return Reduction(offer.reference, str(offer.name), off, code=getattr(offer, "code", ""))


def _why_not(voucher: Voucher, cart: Cart, till: _Till, email: str) -> str:
    """Why a voucher counts for nothing here, in words; empty if nothing speaks against it yet."""
    if why := vouchers.why_not_now(voucher) or vouchers.why_not_for(voucher, cart, email):
        return why
    if not till.of(voucher):
        return _("This voucher is not for what is in your cart.")
    if lacking := till.lacks(voucher):
        return _("Add goods for %(amount)s more to use this voucher.") % {"amount": format_money(lacking)}
    return ""


def _free_delivery(promotions: Iterable[Promotion], till: _Till) -> tuple[Reduction | None, int | None]:
    """What frees the delivery, by what the goods cost now; or else how little they lack for it."""
    lacking = []
    for promotion in promotions:
        if promotion.kind != Kind.DELIVERY or not till.of(promotion):
            continue
        if not (lacks := till.lacks(promotion)):
            return _named(promotion, {}), None
        lacking.append(lacks)
    return None, min(lacking, default=None)
