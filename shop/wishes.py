"""A wish list as its page shows it: two queries, however long it is."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from config.money import format_money
from shop import flash
from shop.models import Product, Variant, WishlistItem
from shop.tree import Tree


@dataclass(frozen=True)
class Entry:
    """One thing on the list, with what it costs now and whether it can be had.

    `variant` is what "add to cart" takes: the one that was saved, or the only one there is; 0 if a choice is open.
    """

    product: Product
    label: str
    variant: int
    price_words: str
    is_offered: bool
    is_available: bool
    change_words: str
    has_dropped: bool
    added_at: datetime


def entries_of(user: User, tree: Tree) -> list[Entry]:
    """The customer's wishes, newest first."""
    items = list(WishlistItem.objects.filter(user=user).select_related("product").order_by("-pk"))
    variants: dict[int, list[Variant]] = defaultdict(list)
    wanted = [item.product_id for item in items]
    for variant in (
        Variant.objects.filter(product__in=wanted, is_active=True).with_available() if wanted else ()
    ):
        variants[variant.product_id].append(variant)
    return [_entry(item, variants[item.product_id], tree) for item in items]


def _entry(item: WishlistItem, variants: list[Variant], tree: Tree) -> Entry:
    product = item.product
    is_offered = product.is_active and product.category_id in tree.by_pk and bool(variants)
    chosen = next((each for each in variants if each.pk == item.variant_id), None)
    if chosen is None and len(variants) == 1:
        chosen = variants[0]
    there = [each for each in ([chosen] if chosen else variants) if each.available > 0]  # type: ignore[attr-defined]
    deal = flash.running().get(chosen.pk) if chosen else flash.running_by_slug().get(product.slug)
    price = chosen.price if chosen else product.price
    price = min(price, deal.price) if deal else price
    words = format_money(price)
    return Entry(
        product=product,
        label=chosen.label if chosen else "",
        variant=chosen.pk if chosen else 0,
        price_words=words
        if chosen or not product.has_price_range
        else _("from %(price)s") % {"price": words},
        is_offered=is_offered,
        is_available=is_offered and bool(there),
        change_words=_change(item.seen_price, price) if is_offered else "",
        has_dropped=price < item.seen_price,
        added_at=item.added_at,
    )


def _change(before: int, now: int) -> str:
    """How the price moved since the thing was saved; nothing if it did not."""
    if before == now:
        return ""
    difference = format_money(abs(now - before))
    if now < before:
        return _("%(difference)s less than when you saved it") % {"difference": difference}
    return _("%(difference)s more than when you saved it") % {"difference": difference}
