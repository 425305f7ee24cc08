"""Flash sales: planned, changed, ended. What of one has begun is agreed with customers, and stays."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.money import format_money
from shop import flash
from shop.models import FlashSale, Variant
from shop.services.errors import ShopError
from shop.services.reductions import PRIOR

FIXED = ("variant_id", "price", "limit", "hold_minutes", "starts_at")
"""What does not change any more once a sale has begun."""
LATEST_PLAN, FARTHEST = timedelta(days=1), timedelta(days=730)
"""How long ago a new sale may have begun, and how far ahead one may end."""


class SaleError(ShopError):
    """A flash sale cannot be as asked; the message says why, `field` of what."""

    def __init__(self, message: str, field: str = ""):
        self.field = field
        super().__init__(message)


@transaction.atomic
def save_sale(sale: FlashSale) -> FlashSale:
    """Plan a sale, or change one. Raises SaleError.

    The variant's row is locked first, so of two sales that would run at the same time one is refused. The price must
    be below the variant's; what has begun keeps its variant, price, limit, hold and start, and what is over keeps all.
    """
    variant = Variant.objects.select_for_update().get(pk=sale.variant_id)
    # Written, as SQLite knows no row locks: whoever comes second waits here.
    Variant.objects.filter(pk=variant.pk).update(price=variant.price)
    if not check_sale(sale):
        sale.regular_price = variant.price
        sale.prior_price = prior_price(sale)
    try:
        sale.full_clean()
    except ValidationError as error:
        raise SaleError(" ".join(error.messages)) from error
    sale.save()
    flash.changed()
    return sale


def check_sale(sale: FlashSale) -> bool:
    """Raise SaleError, with the field that it is about, if it cannot be saved as it stands.

    Returns whether it has begun.
    """
    before, now = FlashSale.objects.filter(pk=sale.pk).first(), timezone.now()
    has_begun = before is not None and before.is_active and before.has_begun(now)
    if before and has_begun:
        _check_begun(sale, before, now)
    else:
        _check_planned(sale, Variant.objects.get(pk=sale.variant_id), now)
    _check_alone(sale)
    return has_begun


def _check_planned(sale: FlashSale, variant: Variant, now: datetime) -> None:
    if sale.ends_at <= sale.starts_at:
        raise SaleError(_("A sale must end after it starts."), "ends_at")
    if sale.ends_at <= now:
        raise SaleError(_("This end is past already."), "ends_at")
    if sale.starts_at < now - LATEST_PLAN:
        raise SaleError(_("This start is past already."), "starts_at")
    if sale.ends_at > now + FARTHEST:
        raise SaleError(_("This end is more than two years away."), "ends_at")
    if sale.price < 0:
        raise SaleError(_("A price cannot be below nothing."), "price")
    if sale.price >= variant.price:
        words = _("The sale price must be below the usual price, which is %(price)s.")
        raise SaleError(words % {"price": format_money(variant.price)}, "price")
    if sale.limit > sale.cap:
        raise SaleError(_("One customer cannot have more pieces than there are at this price."), "limit")


def _check_begun(sale: FlashSale, before: FlashSale, now: datetime) -> None:
    if before.is_over(now):
        raise SaleError(_("This sale is over; nothing of it can be changed."))
    for name in FIXED:
        if getattr(sale, name) != getattr(before, name):
            words = _(
                "The sale has begun: its variant, price, limit, time to pay and start stay as they are."
            )
            raise SaleError(words, name.removesuffix("_id"))
    if sale.cap < before.cap:
        raise SaleError(_("The sale has begun: there may be more pieces, but not fewer."), "cap")
    if sale.ends_at <= now or not sale.is_active:
        raise SaleError(_("To end a running sale press “End now”."), "ends_at")


def _check_alone(sale: FlashSale) -> None:
    others = FlashSale.objects.touching(sale.starts_at, sale.ends_at).filter(variant=sale.variant_id)
    if sale.is_active and (other := others.exclude(pk=sale.pk).first()):
        words = _("At that time “%(name)s” runs: a variant has one flash sale at a time.")
        raise SaleError(words % {"name": other.name}, "starts_at")


@transaction.atomic
def end_sale(sale: FlashSale) -> bool:
    """End a running sale now, or call a planned one off; returns whether there was anything to end.

    Payments under way keep their price and their time.
    """
    now = timezone.now()
    mine = FlashSale.objects.filter(pk=sale.pk, is_active=True)
    ended = mine.filter(starts_at__lt=now, ends_at__gt=now).update(ends_at=now)
    called_off = mine.filter(starts_at__gte=now).update(is_active=False)
    flash.changed()
    return bool(ended or called_off)


def prior_price(sale: FlashSale) -> int | None:
    """What may be struck through beside the sale's price (minor units); None if that is no higher than it.

    Directive 98/6/EC, article 6a: the lowest price of the 30 days before the reduction. A flash sale within them is
    one of those prices.
    """
    since = sale.starts_at - PRIOR
    variant = sale.variant
    changes = variant.price_changes.filter(at__gt=since, at__lte=sale.starts_at, old__isnull=False)
    sales = FlashSale.objects.touching(since, sale.starts_at).filter(variant=variant).exclude(pk=sale.pk)
    before = [price for price in changes.values_list("old", flat=True) if price is not None]
    lowest = min([variant.price, *before, *sales.values_list("price", flat=True)])
    return lowest if lowest > sale.price else None


def follow_sales(variant: Variant) -> None:
    """After a change of the variant's price: what planned sales of it may strike through."""
    for sale in FlashSale.objects.filter(variant=variant, is_active=True, starts_at__gt=timezone.now()):
        sale.variant = variant
        FlashSale.objects.filter(pk=sale.pk).update(prior_price=prior_price(sale))
        flash.changed()
