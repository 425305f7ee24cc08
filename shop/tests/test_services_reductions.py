"""A price before is the lowest of the 30 days before the reduction, as the ledger of prices knows it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from shop import services
from shop.models import PriceChange
from shop.services.reductions import lowest_before
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db


def cost(variant, *steps):
    """Write the ledger: pairs of days ago and the price from then on."""
    old = None
    for days, price in steps:
        at = timezone.now() - timedelta(days=days)
        PriceChange.objects.create(variant=variant, old=old, new=price, at=at)
        old = price


@pytest.mark.parametrize(
    ("steps", "lowest"),
    [
        ([(90, 1000)], None),
        ([(90, 1000), (0, 800)], 1000),
        # Raised for three days before the reduction: that is no price before.
        ([(90, 1000), (3, 1500), (0, 800)], 1000),
        # Cheap once, but long ago.
        ([(200, 500), (90, 1000), (0, 800)], 1000),
        ([(90, 500), (29, 1000), (0, 800)], 500),
        # The reduction itself began 20 days ago: the 30 days before it count, not those before today.
        ([(90, 500), (45, 1000), (20, 800)], 500),
        ([(90, 500), (51, 1000), (20, 800)], 1000),
    ],
)
def test_the_lowest_price_of_the_30_days_before_counts(steps, lowest):
    variant = VariantFactory(price=steps[-1][1])
    cost(variant, *steps)

    assert lowest_before(variant) == lowest


def test_a_higher_price_before_is_doubted_and_an_honest_one_is_not():
    variant = VariantFactory(price=800, compare_at_price=1500, label="S", product__name="Cup")
    cost(variant, (90, 1000), (0, 800))

    assert services.doubt_about(variant).startswith(
        "Cup (S): in the 30 days before this price it cost as little as €10"
    )

    variant.compare_at_price = 1000
    assert services.doubt_about(variant) == ""
    variant.compare_at_price = None
    assert services.doubt_about(variant) == ""
