"""The cart: found, filled, priced and merged. What a thing costs, only the catalogue says.

Every change locks the cart first, by an UPDATE of its row: two tabs that add the same thing at once wait for
each other, on SQLite as on PostgreSQL, and the limits hold for both.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.money import MoneyField, format_money
from orders.models import Cart, CartLine, Checkout
from orders.services.deals import Deal, deal_of, in_spite_of, strike, with_sales
from orders.services.errors import OrderError
from shop.models import Variant, available_of

HIGHEST_ID = 2**63 - 1
# How long a browser remembers a guest's cart after the last change.
COOKIE_DAYS = 90


class CartError(OrderError):
    """A cart cannot be changed as asked."""


class CartGone(CartError):
    def __init__(self) -> None:
        super().__init__(_("Your cart has moved, probably because you signed in. Please try once more."))


class LineGone(CartError):
    def __init__(self) -> None:
        super().__init__(_("That is no longer in your cart. This is what it holds now."))


class NotForSale(CartError):
    def __init__(self) -> None:
        super().__init__(_("That is no longer for sale."))


class SoldOut(CartError):
    def __init__(self, variant: Variant):
        super().__init__(_("%(thing)s is sold out.") % {"thing": variant})


class BadQuantity(CartError):
    def __init__(self) -> None:
        super().__init__(
            _("Enter a whole number from 1 to %(highest)s, or 0 to remove it.") % {"highest": max_quantity()}
        )


class TooManyLines(CartError):
    def __init__(self) -> None:
        super().__init__(
            _("A cart holds at most %(count)s different things. Order these first, or remove one.")
            % {"count": settings.CART_MAX_LINES}
        )


class TooDear(CartError):
    def __init__(self) -> None:
        super().__init__(
            _("A cart holds goods for at most %(amount)s. Please order in parts.")
            % {"amount": format_money(settings.CART_MAX_TOTAL)}
        )


@dataclass(frozen=True)
class Change:
    """What became of one line: it holds `quantity` pieces now, `wanted` were asked for in all.

    `count` is the number of pieces in the whole cart, `before` what the line held until now; `deal` the flash sale that
    its thing is on.
    """

    variant: Variant
    quantity: int
    wanted: int
    count: int
    before: int = 0
    deal: Deal | None = None

    @property
    def is_capped(self) -> bool:
        return self.quantity < self.wanted

    @property
    def deal_words(self) -> str:
        """Why there are no more of it, if its flash sale is why."""
        is_why = self.deal is not None and self.is_capped and self.quantity == self.deal.most
        return self.deal.words(self.wanted) if self.deal and is_why else ""


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
    def is_held(self) -> bool:
        """Whether the cart's own payment holds some of its flash sale."""
        return self.deal is not None and self.deal.own > 0

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
    """The whole cart at today's prices, in minor units; `count` is the number of pieces."""

    lines: list[PricedLine]
    subtotal: int
    count: int

    @property
    def problems(self) -> list[PricedLine]:
        """The lines that stand in the way of ordering."""
        return [line for line in self.lines if line.is_problem]

    @property
    def price_changes(self) -> list[PricedLine]:
        return [line for line in self.lines if line.old_price is not None]


def max_quantity() -> int:
    """The most of one thing in one cart; the table itself refuses more than 999."""
    return min(settings.CART_MAX_QUANTITY, 999)


# --- finding --------------------------------------------------------------------------------------
def find_cart(token: str | None, customer: User | None) -> Cart | None:
    """Return the customer's cart, or the guest's by the token of their cookie; one query at most.

    A token alone never opens a customer's cart.
    """
    if customer is not None:
        return Cart.objects.filter(customer=customer).first()
    return Cart.objects.filter(token=token, customer=None).first() if token else None


def ensure_cart(token: str | None, customer: User | None) -> Cart:
    """Return the cart of `find_cart`, or a new one."""
    cart = find_cart(token, customer)
    if cart is not None:
        return cart
    if customer is None:
        return Cart.objects.create()
    return Cart.objects.get_or_create(customer=customer)[0]


# --- changing -------------------------------------------------------------------------------------
@transaction.atomic
def add_to_cart(cart: Cart, variant_id: int, quantity: int) -> Change:
    """Put so many more pieces into the cart; as many as there are, if there are fewer.

    A cart that is not saved yet is saved with its first line, so that a refusal leaves no empty row behind.
    Raises BadQuantity, NotForSale, SoldOut, TooManyLines, TooDear or CartGone.
    """
    if not 1 <= quantity <= max_quantity():
        raise BadQuantity
    _lock(cart)
    return _hold(cart, variant_id, quantity, is_more=True)


@transaction.atomic
def set_quantity(cart: Cart, line_id: int, quantity: int) -> Change:
    """Let the line hold so many pieces, or as many as there are; 0 removes it.

    Raises LineGone for a line that is not in this cart (any more), else as `add_to_cart`.
    """
    if not 0 <= quantity <= max_quantity():
        raise BadQuantity
    _lock(cart)
    line = _line(cart, line_id)
    if quantity:
        return _hold(cart, line.variant_id, quantity, is_more=False)
    line.delete()
    return Change(line.variant, 0, 0, pieces_in(cart), before=line.quantity)


def _lock(cart: Cart) -> None:
    if cart.pk is None:
        cart.save()
    elif not Cart.objects.filter(pk=cart.pk).update(touched_at=timezone.now()):
        raise CartGone


def _line(cart: Cart, line_id: int) -> CartLine:
    if not 0 < line_id <= HIGHEST_ID:
        raise LineGone
    line = cart.lines.filter(pk=line_id).select_related("variant__product").first()
    if line is None:
        raise LineGone
    return line


def pieces_in(cart: Cart) -> int:
    """How many pieces a cart holds, whether they can be bought or not."""
    return cart.lines.aggregate(pieces=Coalesce(Sum("quantity"), 0))["pieces"]


def _hold(cart: Cart, variant_id: int, quantity: int, *, is_more: bool) -> Change:
    """Write the line, under the lock: capped by stock and by the limit of one line, or refused."""
    variant = _for_sale(variant_id)
    lines = cart.lines.order_by().values_list("variant", "quantity", "variant__price")
    held = {pk: (pieces, price) for pk, pieces, price in lines}
    before, _ = held.pop(variant.pk, (0, 0))
    wanted = quantity + (before if is_more else 0)
    granted = min(wanted, _obtainable(cart, variant, wanted), max_quantity())
    deal = _deal(cart, variant, granted)
    if deal and deal.most:
        granted = min(granted, deal.most)
        variant.price = deal.price if deal.fits(granted) else variant.price
    if granted < 1:
        raise SoldOut(variant)
    if len(held) >= settings.CART_MAX_LINES:
        raise TooManyLines
    worth = sum(pieces * price for pieces, price in held.values())
    if granted > before and worth + granted * variant.price > settings.CART_MAX_TOTAL:
        raise TooDear
    CartLine.objects.bulk_create(
        [CartLine(cart=cart, variant=variant, quantity=granted, seen_price=variant.price)],
        update_conflicts=True,
        unique_fields=["cart", "variant"],
        update_fields=["quantity"],
    )
    count = granted + sum(pieces for pieces, _ in held.values())
    return Change(variant, granted, wanted, count, before=before, deal=deal)


def _for_sale(variant_id: int) -> Any:
    """The variant, with its product and `available`. Raises NotForSale."""
    if not 0 < variant_id <= HIGHEST_ID:
        raise NotForSale
    variant = _all_for_sale().filter(pk=variant_id).first()
    if variant is None:
        raise NotForSale
    return variant


@cache
def _all_for_sale() -> QuerySet[Variant]:
    """Everything that can be put into a cart, to be filtered. The query is built once."""
    return with_sales(Variant.objects.on_sale().with_available().select_related("product")).order_by("pk")


def _obtainable(cart: Cart, variant: Any, wanted: int) -> int:
    """How many pieces this cart can have: those that are free and, where they do not do, those it holds itself."""
    if wanted <= variant.available:
        return variant.available
    return variant.available + pieces_of(_live_lines(cart)).get(variant.pk, 0)


def _live_lines(cart: Cart) -> list[dict] | None:
    """What the cart's own payment holds, if it has one under way."""
    return Checkout.objects.filter(cart=cart, state__in=Checkout.LIVE).values_list("lines", flat=True).first()


def _deal(cart: Cart, variant: Any, wanted: int) -> Deal | None:
    """The flash sale that runs, with the pieces that this cart can have of it: what it holds itself is its own."""
    deal = deal_of(variant, variant.price)
    return deal if deal is None or wanted <= deal.left else in_spite_of(deal, _live_lines(cart))


# --- pricing --------------------------------------------------------------------------------------
def price_cart(cart: Cart) -> PricedCart:
    """Price every line by the catalogue and the shelf as they are now; one query, no lock.

    What the cart's own payment holds at this moment counts as available to it.
    """
    lines = [_priced(strike(line)) for line in lines_with_stock().filter(cart=cart)]
    return PricedCart(
        lines=lines,
        subtotal=sum(line.total for line in lines),
        count=sum(line.quantity for line in lines),
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


# --- forgetting -----------------------------------------------------------------------------------
def forget_old_carts() -> int:
    """Delete guests' carts that nobody touched for longer than their cookie lives; returns how many.

    A cart whose payment is under way stays.
    """
    untouched_since = timezone.now() - timedelta(days=COOKIE_DAYS)
    live = Checkout.objects.filter(cart=OuterRef("pk"), state__in=Checkout.LIVE)
    old = Cart.objects.filter(customer=None, touched_at__lt=untouched_since).exclude(Exists(live))
    return old.delete()[1].get("orders.Cart", 0)


# --- signing in -----------------------------------------------------------------------------------
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
    _lock(own)
    CartLine.objects.bulk_create(
        _joined_lines(own, guest),
        update_conflicts=True,
        unique_fields=["cart", "variant"],
        update_fields=["quantity"],
    )
    if not own.checkouts.filter(Q(state__in=Checkout.LIVE)).exists():
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
