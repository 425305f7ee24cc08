"""What may be called a reduction: the ledger of prices knows what a thing cost before."""

from datetime import timedelta

from django.utils.translation import gettext as _

from config.money import format_money
from shop.models import Variant

# Directive 98/6/EC, article 6a: the prior price is the lowest of at least the 30 days before the reduction.
PRIOR = timedelta(days=30)


def lowest_before(variant: Variant) -> int | None:
    """The lowest price (minor units) in the 30 days before today's was set, None if it has always been the same.

    Each change says what a thing cost until then, so those within the 30 days say every price of that time.
    """
    changes = variant.price_changes.order_by("-pk")
    latest = changes.first()
    if latest is None or latest.old is None:
        return None
    before = changes.filter(at__gt=latest.at - PRIOR, old__isnull=False).order_by("old")
    return before.values_list("old", flat=True).first()


def doubt_about(variant: Variant) -> str:
    """Say why the price before should not be shown as it stands; "" if nothing speaks against it."""
    shown, lowest = variant.compare_at_price, lowest_before(variant)
    if shown is None or lowest is None or shown <= lowest:
        return ""
    return _(
        "%(variant)s: in the 30 days before this price it cost as little as %(lowest)s. In the EU no higher "
        "price than that may be struck through."
    ) % {"variant": variant, "lowest": format_money(lowest)}
