"""Wish lists: what customers saved, and whether others may see it."""

from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from shop.models import Product, Variant, WishlistItem, WishlistLink
from shop.services.errors import ShopError


class NotOffered(ShopError):
    def __init__(self) -> None:
        super().__init__(_("This is not offered any more."))


class WishlistFull(ShopError):
    def __init__(self) -> None:
        most = settings.WISHLIST_MAX
        super().__init__(_("Your wish list holds %(most)d things: remove one first.") % {"most": most})


@dataclass(frozen=True)
class Saved:
    """What became of a wish; `is_new` is False if the product was on the list already."""

    product: Product
    is_new: bool


def save_wish(user: User, slug: str, variant_id: int | None = None) -> Saved:
    """Put a product on the customer's wish list; with a variant of it, that one is remembered.

    The list keeps what it costs now. Saving it again only changes the variant. Raises NotOffered and WishlistFull.
    """
    product = Product.objects.filter(slug=slug, is_active=True, category__is_active=True).first()
    if product is None:
        raise NotOffered
    variant = _variant(product, variant_id)
    with transaction.atomic():
        # Two tabs that save the last free place wait for each other here; on SQLite transactions do so anyway.
        User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
        own = WishlistItem.objects.filter(user=user)
        if earlier := own.filter(product=product).first():
            if variant and earlier.variant_id != variant.pk:
                own.filter(pk=earlier.pk).update(variant=variant, seen_price=variant.price)
            return Saved(product, is_new=False)
        if own.count() >= settings.WISHLIST_MAX:
            raise WishlistFull
        price = variant.price if variant else product.price
        own.create(user=user, product=product, variant=variant, seen_price=price)
    return Saved(product, is_new=True)


def _variant(product: Product, variant_id: int | None) -> Variant | None:
    """The variant that was chosen, or the only one that there is."""
    variants = list(product.variants.filter(is_active=True))
    if len(variants) == 1:
        return variants[0]
    return next((each for each in variants if each.pk == variant_id), None)


def remove_wish(user: User, slug: str) -> WishlistItem | None:
    """Take a product off the customer's list; returns what was there, for whoever wants it back."""
    item = WishlistItem.objects.select_related("product").filter(user=user, product__slug=slug).first()
    if item:
        WishlistItem.objects.filter(pk=item.pk).delete()
    return item


def share_wishes(user: User) -> WishlistLink:
    """Make the list readable for whoever has the link; the same link until it is withdrawn."""
    try:
        with transaction.atomic():
            return WishlistLink.objects.get_or_create(user=user)[0]
    except IntegrityError:  # pressed twice at once
        return WishlistLink.objects.get(user=user)


def unshare_wishes(user: User) -> None:
    """Withdraw the link for good; sharing again makes another one."""
    WishlistLink.objects.filter(user=user).delete()
