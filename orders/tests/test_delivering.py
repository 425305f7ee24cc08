"""What a parcel costs: one price and its weight, or by zone and weight; and the tax on it."""

import pytest
from django.db import IntegrityError, transaction

from orders import services as orders
from orders.models import ShippingRate
from orders.services import quote
from orders.services.delivering import delivery_methods, ways_to_send
from orders.services.discounts import Reduced, Reduction
from orders.tests.factories import (
    CartLineFactory,
    ShippingMethodFactory,
    ShippingRateFactory,
    ShippingZoneFactory,
    TaxRateFactory,
)

pytestmark = pytest.mark.django_db


def price(weight_g, country="DE"):
    """What the one way of delivery takes; None if it does not."""
    return next((parcel.price for parcel in ways_to_send(weight_g, country, delivery_methods())), None)


@pytest.mark.parametrize(
    ("weight_g", "cost"), [(0, 490), (1, 540), (1000, 540), (1001, 590), (2000, 590), (12_345, 1140)]
)
def test_a_way_with_one_price_takes_it_and_each_started_kilogram(weight_g, cost):
    """As it was before there were zones: an old row prices what it priced."""
    ShippingMethodFactory(flat_price=490, price_per_kg=50)

    assert price(weight_g) == cost


@pytest.mark.parametrize(
    ("weight_g", "cost"), [(0, 0), (1, 0), (4, 1), (1000, 150), (1350, 203), (2700, 405)]
)
def test_weight_can_be_charged_to_the_gram(weight_g, cost):
    """1.50 a kilogram, half up: weight times pieces times 1.5."""
    ShippingMethodFactory(flat_price=0, price_per_kg=150, started_g=1)

    assert price(weight_g) == cost


@pytest.fixture
def parcel():
    """Up to 2 kg, 5 kg, and above that by the kilogram at home; up to 2 kg to Austria; one price elsewhere."""
    method = ShippingMethodFactory(countries="DE AT FR", flat_price=9900)
    home, near = ShippingZoneFactory(countries="DE"), ShippingZoneFactory(countries="AT")
    ShippingRateFactory(method=method, zone=home, up_to_g=5000, price=690, price_per_further_kg=120)
    ShippingRateFactory(method=method, zone=home, up_to_g=2000, price=490)
    ShippingRateFactory(method=method, zone=near, up_to_g=2000, price=1190)
    return method


@pytest.mark.parametrize(
    ("weight_g", "country", "cost"),
    [
        (0, "DE", 490),
        (2000, "DE", 490),
        (2001, "DE", 690),
        (5000, "DE", 690),
        (5001, "DE", 810),
        (7000, "DE", 930),
        (2000, "AT", 1190),
        (2001, "AT", None),
        (2001, "FR", 9900),
        (1, "US", None),
    ],
)
def test_the_lightest_rate_that_takes_the_parcel_counts(parcel, weight_g, country, cost):
    assert price(weight_g, country) == cost


def test_what_made_the_price_is_told(parcel):
    light, heavy = (ways_to_send(weight_g, "DE", delivery_methods())[0] for weight_g in (1350, 5500))

    assert (light.up_to_g, light.flat, light.charged_g, light.weight_g) == (2000, 490, 0, 1350)
    assert (heavy.up_to_g, heavy.flat, heavy.charged_g, heavy.per_kg) == (5000, 690, 1000, 120)
    assert light.zone == heavy.zone == parcel.rates.get(up_to_g=5000).zone.name


def test_of_zones_that_share_a_country_the_first_counts(parcel):
    rest = ShippingZoneFactory(countries="", position=9)
    ShippingRateFactory(method=parcel, zone=rest, price=2500)

    assert (price(1, "DE"), price(1, "FR")) == (490, 2500)


def test_rates_are_read_at_once_and_only_where_there_are_some(django_assert_num_queries):
    for _ in range(3):
        ShippingMethodFactory()
    with django_assert_num_queries(1):
        ways_to_send(1, "DE", delivery_methods())
    for _ in range(3):
        ShippingRateFactory()

    with django_assert_num_queries(2):
        ways_to_send(1, "DE", delivery_methods())


@pytest.mark.parametrize("odd", [{"price": -1}, {"price_per_further_kg": -1}, {}])
def test_the_database_refuses_odd_rates_and_two_for_one_weight(odd):
    rate = ShippingRateFactory()
    weight = {} if odd else {"up_to_g": rate.up_to_g}

    with pytest.raises(IntegrityError), transaction.atomic():
        ShippingRateFactory(**{"up_to_g": 1, "method": rate.method, "zone": rate.zone, **odd, **weight})


def test_weight_is_charged_by_some_step():
    with pytest.raises(IntegrityError), transaction.atomic():
        ShippingMethodFactory(started_g=0)


# --- in the offer -------------------------------------------------------------------------------------
def test_an_offer_that_no_way_takes_is_too_heavy(parcel):
    ShippingRate.objects.update(price_per_further_kg=None)
    line = CartLineFactory(variant__weight_g=5001)

    offer = orders.make_quote(line.cart, country="DE")

    assert (offer.method, offer.shipping, offer.is_too_heavy) == (None, 0, True)
    assert not orders.make_quote(line.cart, country="US").is_too_heavy
    with pytest.raises(orders.NoDelivery, match="too heavy"):
        orders.open_checkout(line.cart, None, offer)


def test_free_delivery_takes_off_what_the_first_way_that_takes_the_parcel_costs(parcel, monkeypatch):
    express = ShippingMethodFactory(flat_price=1490, position=1)
    pickup = ShippingMethodFactory(flat_price=0, position=2)
    line = CartLineFactory(variant__price=1999)
    free = Reduced(delivery=Reduction("p", "Free", {}))
    monkeypatch.setattr(quote, "reduce", lambda *_, **__: free)

    def offer(method):
        return orders.make_quote(line.cart, country="DE", method_id=method.pk)

    assert [offer(each).shipping for each in (parcel, express, pickup)] == [0, 1000, 0]
    assert [each["shipping"] for each in offer(express).discounts] == [490]
    assert offer(pickup).discounts == []


@pytest.mark.parametrize(
    ("standard", "reduced", "rate"), [(1200, 1000, 1900), (1000, 1200, 700), (1190, 1070, 1900)]
)
def test_delivery_is_taxed_like_the_largest_part_of_the_goods(settings, standard, reduced, rate):
    """By worth without tax: 11.90 and 10.70 are 10.00 each, and then the higher rate counts."""
    settings.PRICES_INCLUDE_TAX = True
    TaxRateFactory(rate=1900)
    TaxRateFactory(rate=700, tax_class="reduced")
    ShippingMethodFactory(flat_price=490)
    first = CartLineFactory(variant__price=standard)
    CartLineFactory(cart=first.cart, variant__price=reduced, variant__tax_class="reduced")

    offer = orders.make_quote(first.cart, country="DE")

    assert offer.shipping_rate == rate
    assert offer.shipping_tax == {1900: 78, 700: 32}[rate]
