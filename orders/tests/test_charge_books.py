"""The rules about duty and delivery's tax, broken behind the services' backs and found."""

import json

import pytest

from config import books
from config.tests.world import balanced_world, contradictions, loosen, sql
from orders.models import Checkout, DutyRule, Order
from orders.tests.factories import ADDRESS, OrderFactory, ShippingMethodFactory, TaxRateFactory

pytestmark = [pytest.mark.django_db, pytest.mark.broken_books]
SWISS = ADDRESS | {"country": "CH", "postcode": "8001", "city": "Zürich"}


def _found():
    return {violation.code for violation in books.verify().violations}


@pytest.mark.parametrize(("included", "rate", "fits", "odd"), [(True, 1900, 78, 79), (False, 1900, 93, 92)])
def test_a_tax_on_delivery_that_is_not_its_rates_is_found(included, rate, fits, odd):
    """4.90 has 0.7824 of tax in it, or 0.931 on it."""
    world = balanced_world()
    loosen("orders_order")
    sql("UPDATE orders_order SET prices_include_tax = %s", included)

    for tax in (fits, odd):
        sql("UPDATE orders_order SET shipping_tax = %s, shipping_tax_rate = %s", tax, rate)

        assert ("orders.shipping_tax" in _found()) is (tax == odd)
    [told] = [each for each in books.verify().violations if each.code == "orders.shipping_tax"]
    assert told.sentence.startswith(
        f"Order {world.order.number}: the tax of €0.{odd} on a delivery of €4.90 "
    )


@pytest.fixture
def abroad(settings):
    """An order with 5 % duty, of goods from China that go to Switzerland, which has a tax of 8.1 %."""
    settings.PRICES_INCLUDE_TAX = True
    DutyRule.objects.create(rate=500)
    TaxRateFactory(country="CH", rate=810)
    ShippingMethodFactory(name="Parcel", countries="")
    order = OrderFactory(lines=[{"variant__country_of_origin": "CN", "quantity": 3}], shipping_address=SWISS)
    assert order.duty == 299
    assert not {code for code in _found() if code.startswith("orders.")} - {"orders.invoiced"}
    return order


def test_a_duty_that_is_not_its_rates_is_found(abroad):
    lines = [line | {"duty_rate": 400} for line in abroad.checkout.lines]
    Checkout.objects.filter(pk=abroad.checkout_id).update(lines=lines)

    assert contradictions("orders.line_duty", besides=_found() - {"orders.line_duty"}) == [
        f"Order {abroad.number}, line 1 ({lines[0]['sku']}), from CN to CH: €2.99 of duty on goods for €59.97 is not "
        "that of the rate 400 (hundredths of a percent)."
    ]


def test_a_duty_on_what_comes_from_where_it_goes_is_found(abroad):
    address = json.dumps(SWISS | {"country": "CN"})

    sql("UPDATE orders_order SET shipping_address = %s", address)

    assert len(contradictions("orders.line_duty", besides=_found() - {"orders.line_duty"})) == 1


def test_a_duty_without_a_rate_is_found():
    order = OrderFactory()
    loosen("orders_orderline")

    sql("UPDATE orders_orderline SET duty = 1")

    assert "orders.line_duty" in _found()
    assert Order.objects.get(pk=order.pk).duty == 0
