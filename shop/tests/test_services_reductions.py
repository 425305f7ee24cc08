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


# --- on the page -------------------------------------------------------------------------------------
def page_of(client, variant, prefix=""):
    return client.get(f"{prefix}/products/{variant.product.slug}/").content.decode()


def test_a_reduction_names_the_lowest_price_of_the_30_days_before(client):
    variant = VariantFactory(price=800, compare_at_price=1500)
    cost(variant, (90, 1000), (3, 1500), (0, 800))

    assert "Lowest price in the 30 days before: €10.00" in page_of(client, variant)
    assert "Niedrigster Preis der 30 Tage davor: 10,00" in page_of(client, variant, "/de")


def test_what_is_not_reduced_or_has_always_cost_the_same_names_none(client):
    plain, new = VariantFactory(price=800), VariantFactory(price=800, compare_at_price=900)
    cost(plain, (90, 1000), (0, 800))
    cost(new, (90, 800))

    assert "Lowest price" not in page_of(client, plain)
    assert "Lowest price" not in page_of(client, new)


def test_each_size_names_its_own(client):
    small = VariantFactory(price=800, compare_at_price=1000)
    large = VariantFactory(price=800, compare_at_price=1200, product=small.product)
    cost(small, (90, 1000), (0, 800))
    cost(large, (90, 1200), (0, 800))

    page = page_of(client, small)

    for words in ("€10.00", "€12.00"):
        assert f'data-lowest="Lowest price in the 30 days before: {words}"' in page


def test_reduced_prices_cost_one_statement_however_many(django_assert_num_queries):
    variants = VariantFactory.create_batch(2, price=800, compare_at_price=1000)
    for variant in variants:
        cost(variant, (90, 1000), (50, 900), (0, 800))

    with django_assert_num_queries(1):
        assert services.lowest_of([each.pk for each in variants]) == {each.pk: 900 for each in variants}
    with django_assert_num_queries(0):
        assert services.lowest_of([]) == {}
