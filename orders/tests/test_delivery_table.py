"""The table of the ways of delivery in pages of words: one price, or a row for each zone."""

import pytest
from django.utils.translation import override

from orders import tables
from orders.demo import seed_rates
from orders.tests.factories import ShippingMethodFactory, ShippingRateFactory, ShippingZoneFactory

pytestmark = pytest.mark.django_db


def rows():
    return [
        (row["countries"], row["prices"])
        for method in tables.delivery_methods()
        for row in tables._rows(method)
    ]


def test_one_price_is_told_with_what_weight_adds():
    ShippingMethodFactory(countries="DE AT", flat_price=490, price_per_kg=50)
    ShippingMethodFactory(countries="", flat_price=0, price_per_kg=150)
    ShippingMethodFactory(countries="DE", flat_price=0)

    assert rows() == [
        ("Austria, Germany", ["€4.90", "plus €0.50 per kilogram"]),
        ("everywhere", ["€1.50 per kilogram"]),
        ("Germany", ["free"]),
    ]


def test_each_zone_has_its_row_and_so_have_the_countries_without_one():
    parcel = ShippingMethodFactory(countries="DE AT FR", flat_price=990)
    zone = ShippingZoneFactory(countries="DE AT US")
    ShippingRateFactory(method=parcel, zone=zone, up_to_g=2500, price=690, price_per_further_kg=100)
    ShippingRateFactory(method=parcel, zone=zone, up_to_g=500, price=490)

    assert rows() == [
        ("Austria, Germany", ["up to 500 g: €4.90", "up to 2.5 kg: €6.90", "above, per kilogram: €1.00"]),
        ("France", ["€9.90"]),
    ]


def test_a_zone_of_all_countries_is_the_rest():
    parcel = ShippingMethodFactory(countries="")
    ShippingRateFactory(method=parcel, zone=ShippingZoneFactory(countries="DE"), price=490)
    ShippingRateFactory(method=parcel, zone=ShippingZoneFactory(countries="", position=1), price=1990)

    assert rows() == [("Germany", ["up to 2 kg: €4.90"]), ("everywhere else", ["up to 2 kg: €19.90"])]


def test_the_demo_tells_its_zones_also_in_german():
    seed_rates()
    seed_rates()

    with override("de"):
        html = tables.delivery()

    assert "bis 2 kg: 14,90\xa0€" in html
    assert "Vereinigte Staaten" in html
