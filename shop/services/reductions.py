"""What may be called a reduction: the ledger of prices knows what a thing cost before."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from config.money import format_money
from shop.models import PriceChange, Variant

# Directive 98/6/EC, article 6a: the prior price is the lowest of at least the 30 days before the reduction.
PRIOR = timedelta(days=30)


def lowest_before(variant: Variant) -> int | None:
    """The lowest price (minor units) in the 30 days before today's was set, None if it has always been the same."""
    return lowest_of([variant.pk]).get(variant.pk)


def lowest_of(variants: Sequence[int]) -> dict[int, int]:
    """The same of many, by their ids; what has always cost the same is left out. One query, or none for none.

    Each change says what a thing cost until then, so those within the 30 days say every price of that time.
    """
    if not variants:
        return {}
    changes: dict[int, list[tuple[int | None, datetime]]] = defaultdict(list)
    found = PriceChange.objects.filter(variant__in=variants).order_by("-pk")
    for variant, old, at in found.values_list("variant", "old", "at"):
        changes[variant].append((old, at))
    lowest = {}
    for variant, told in changes.items():
        (latest_old, latest_at), *_rest = told
        if latest_old is not None:
            lowest[variant] = min(old for old, at in told if old is not None and at > latest_at - PRIOR)
    return lowest


def doubt_about(variant: Variant) -> str:
    """Say why the price before should not be shown as it stands; "" if nothing speaks against it."""
    shown, lowest = variant.compare_at_price, lowest_before(variant)
    if shown is None or lowest is None or shown <= lowest:
        return ""
    return _(
        "%(variant)s: in the 30 days before this price it cost as little as %(lowest)s. In the EU no higher "
        "price than that may be struck through."
    ) % {"variant": variant, "lowest": format_money(lowest)}
