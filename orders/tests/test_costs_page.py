"""What a cart would cost, delivered, before the checkout: for the country that is chosen, known or guessed."""

import pytest

from accounts.tests.factories import AddressFactory, UserFactory
from orders.models import ShippingMethod
from orders.tests.factories import (
    CartFactory,
    CartLineFactory,
    DutyRuleFactory,
    ShippingMethodFactory,
    ShippingRateFactory,
    TaxRateFactory,
    carry,
)

pytestmark = pytest.mark.django_db
COSTS = "/cart/costs/"


@pytest.fixture
def cart(settings):
    settings.SHOP_COUNTRY = "DE"
    settings.PRICES_INCLUDE_TAX = True
    TaxRateFactory()
    ShippingMethodFactory(name="Parcel", countries="DE CH")
    DutyRuleFactory()
    return CartLineFactory(variant__price=2000, variant__country_of_origin="CN").cart


def words(response):
    return " ".join(response.content.decode().split())


def test_the_shops_own_country_is_guessed_and_another_can_be_chosen(client, cart):
    carry(client, cart)

    here, there = (words(client.get(COSTS, typed)) for typed in ({}, {"country": "CH"}))

    assert "€24.90 in all, to Germany by Parcel." in here
    assert "19% on €20.93, contained in the prices" in here
    assert "€25.90 in all, to Switzerland by Parcel." in there
    assert "5% on goods from China into Switzerland, on €20.00 without tax" in there
    assert '<details class="explained" open>' in there
    assert '<option value="CH" selected>' in there


def test_the_country_of_a_customers_address_is_known(client, settings, cart):
    ada = UserFactory()
    AddressFactory(customer=ada, country="CH", is_delivery_default=True)
    own = CartFactory(customer=ada)
    CartLineFactory(cart=own, variant__price=1000)
    client.force_login(ada)

    assert "to Switzerland by Parcel" in words(client.get(COSTS))


@pytest.mark.parametrize("country", ["QQ", "US", "<b>", "D" * 500])
def test_a_country_that_cannot_be_is_ours(client, cart, country):
    carry(client, cart)

    assert "to Germany by Parcel" in words(client.get(COSTS, {"country": country}))


def test_what_no_way_takes_is_said(client, cart):
    ShippingRateFactory(method=ShippingMethod.objects.get(), zone__countries="DE", up_to_g=0)
    carry(client, cart)

    assert "too heavy for one parcel" in words(client.get(COSTS))
    ShippingMethod.objects.all().delete()
    assert "We do not deliver to Germany yet." in words(client.get(COSTS))


def test_without_a_cart_it_leads_to_the_cart(client, db):
    assert client.get(COSTS).url == "/cart/"
    carry(client, CartFactory())
    assert client.get(COSTS).url == "/cart/"


def test_the_cart_leads_there(client, cart):
    carry(client, cart)

    assert f'href="{COSTS}"' in words(client.get("/cart/"))


@pytest.mark.parametrize("lines", [1, 4])
def test_the_page_costs_the_same_statements_however_long_the_cart(
    client, cart, lines, django_assert_num_queries
):
    CartLineFactory.create_batch(lines, cart=cart)
    carry(client, cart)
    client.get("/")

    with django_assert_num_queries(6):
        client.get(COSTS)
