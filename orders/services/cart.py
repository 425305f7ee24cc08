"""The cart: found, filled and forgotten. What a thing costs, only the catalogue says.

Every change locks the cart first, by an UPDATE of its row: two tabs that add the same thing at once wait for
each other, on SQLite as on PostgreSQL, and the limits hold for both.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.money import format_money
from orders.models import Cart, CartLine, Checkout
from orders.services.deals import Deal, deal_of, in_spite_of, with_sales
from orders.services.errors import OrderError
from orders.services.priced_cart import max_quantity, pieces_of
from shop.models import Variant

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
    lock_cart(cart)
    return _hold(cart, variant_id, quantity, is_more=True)


@transaction.atomic
def set_quantity(cart: Cart, line_id: int, quantity: int) -> Change:
    """Let the line hold so many pieces, or as many as there are; 0 removes it.

    Raises LineGone for a line that is not in this cart (any more), else as `add_to_cart`.
    """
    if not 0 <= quantity <= max_quantity():
        raise BadQuantity
    lock_cart(cart)
    line = _line(cart, line_id)
    if quantity:
        return _hold(cart, line.variant_id, quantity, is_more=False)
    line.delete()
    return Change(line.variant, 0, 0, pieces_in(cart), before=line.quantity)


def lock_cart(cart: Cart) -> None:
    """Let nobody else change it until the transaction ends. Raises CartGone."""
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


# --- forgetting -----------------------------------------------------------------------------------
def forget_old_carts() -> int:
    """Delete guests' carts that nobody touched for longer than their cookie lives; returns how many.

    A cart whose payment is under way stays.
    """
    untouched_since = timezone.now() - timedelta(days=COOKIE_DAYS)
    live = Checkout.objects.filter(cart=OuterRef("pk"), state__in=Checkout.LIVE)
    old = Cart.objects.filter(customer=None, touched_at__lt=untouched_since).exclude(Exists(live))
    return old.delete()[1].get("orders.Cart", 0)
