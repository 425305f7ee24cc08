"""Saved addresses at checkout: one click, copied as they stand, and nobody else's."""

import re

import pytest
from django.urls import reverse

from accounts import address_book
from accounts.models import Address
from accounts.tests.factories import AddressFactory, UserFactory
from orders.forms import CheckoutForm
from orders.models import Checkout, ShippingMethod
from orders.tests.factories import (
    ADDRESS,
    CartFactory,
    CartLineFactory,
    CheckoutFactory,
    ShippingMethodFactory,
    TaxRateFactory,
    carry,
)

pytestmark = pytest.mark.django_db
CHECKOUT = "/checkout/"
PAID_TO_NOWHERE = {**ADDRESS, "street": "Once only 9"}


@pytest.fixture
def ada(client):
    user = UserFactory(email="ada@example.com", full_name="Ada Example")
    client.force_login(user)
    return user


@pytest.fixture(autouse=True)
def method():
    TaxRateFactory()
    return ShippingMethodFactory(name="Parcel", countries="DE US")


@pytest.fixture
def cart(client, ada):
    cart = CartFactory(customer=ada)
    CartLineFactory(cart=cart)
    carry(client, cart, 1)
    return cart


def home(ada, **fields):
    return AddressFactory(
        customer=ada,
        **{"is_delivery_default": True, "is_billing_default": True, "street": "Home 1", **fields},
    )


def chosen_in(page: str) -> str:
    return re.search(r'name="saved" id="[^"]*" value="([^"]*)" checked', page)[1]


def sent(ada, **fields) -> CheckoutForm:
    """The form as a browser sends it when it has not touched the fields of the address."""
    data = {"email": "ada@example.com", "billing_same": "on", "country": "DE", **fields}
    return CheckoutForm(data, customer=ada)


def test_the_default_is_chosen_and_one_click_is_enough(client, ada, cart):
    address, other = home(ada), AddressFactory(customer=ada, street="Second 2")

    page = client.get(CHECKOUT).text
    form = sent(ada, saved=chosen_in(page), method=ShippingMethod.objects.get().pk)

    assert "Home 1" in page
    assert "Second 2" in page
    assert "Another address" in page
    assert chosen_in(page) == address.key
    assert form.is_valid(), form.errors
    details = form.details()
    assert details.shipping_address == details.billing_address == address.as_dict()
    assert other.key in page


def test_another_saved_address_is_copied_as_it_stands(ada):
    home(ada)
    other = AddressFactory(customer=ada, street="Second 2", phone="+49 30 1")

    form = sent(ada, saved=other.key, street="Typed 3", name="", postcode="1", country="XX")

    assert form.is_valid(), form.errors
    assert form.details().shipping_address == other.as_dict()


def test_changing_the_address_book_later_changes_no_checkout(ada):
    address = home(ada)
    form = sent(ada, saved=address.key)
    assert form.is_valid()
    kept = form.details().shipping_address

    address_book.change_address(ada, address.key, {**address.as_dict(), "street": "Moved 4"})

    assert kept["street"] == "Home 1"


def test_what_is_typed_counts_when_no_saved_address_is_chosen(ada):
    home(ada)

    form = sent(ada, saved="", **ADDRESS)
    wrong = sent(ada, saved="", **{**ADDRESS, "street": ""})

    assert form.is_valid()
    assert form.details().shipping_address == ADDRESS
    assert wrong.errors == {"street": ["Enter the street and number."]}


@pytest.mark.parametrize("signed_in", [True, False])
def test_anothers_address_is_as_good_as_an_unknown_one(ada, signed_in):
    anothers = AddressFactory(street="Secret 5")
    customer = ada if signed_in else None

    forms = [sent(customer, saved=key, **ADDRESS) for key in (anothers.key, "unknown", "x" * 999)]

    assert [set(form.errors) for form in forms] == [{"saved"}] * 3
    assert forms[0].errors == forms[1].errors


def test_the_country_of_the_chosen_address_decides_about_delivery_and_tax(client, ada, cart):
    home(ada)
    far = AddressFactory(customer=ada, country="US", region="CA", postcode="94043", city="Mountain View")

    page = client.post(CHECKOUT, {"email": ada.email, "saved": far.key, "country": "DE", "update": "1"}).text

    assert "Delivery to United States" in page
    assert "includes 19% tax" not in page
    assert chosen_in(page) == far.key


def test_a_country_that_we_do_not_deliver_to_is_said(client, ada, cart):
    ShippingMethod.objects.update(countries="DE")
    home(ada, country="US", region="CA", postcode="94043", city="Mountain View")

    page = client.get(CHECKOUT).text

    assert "We do not deliver to United States yet." in page
    assert re.search(r'id="order-button"[^>]* disabled', page)


def test_another_default_for_the_bill_is_filled_in(client, ada, cart):
    home(ada, is_billing_default=False)
    AddressFactory(customer=ada, street="Office 6", company="Example Ltd", is_billing_default=True)

    page = client.get(CHECKOUT).text

    assert re.search(r'name="billing_street"[^>]* value="Office 6"', page)
    assert re.search(r'name="billing_company"[^>]* value="Example Ltd"', page)
    assert not re.search(r'id="id_billing_same"[^>]* checked', page)


def test_a_payment_that_came_to_nothing_is_taken_up_again(client, ada, cart):
    home(ada)
    CheckoutFactory(cart=cart, customer=ada, shipping_address=PAID_TO_NOWHERE)

    page = client.get(CHECKOUT).text

    assert chosen_in(page) == ""
    assert 'value="Once only 9"' in page


def test_a_payment_to_a_saved_address_that_came_to_nothing_chooses_it_again(client, ada, cart):
    home(ada)
    other = AddressFactory(customer=ada, street="Second 2")
    CheckoutFactory(cart=cart, customer=ada, shipping_address=other.as_dict())

    assert chosen_in(client.get(CHECKOUT).text) == other.key


def test_without_saved_addresses_there_is_nothing_to_choose(client, ada, cart):
    page = client.get(CHECKOUT).text

    assert 'name="saved"' not in page
    assert "Save this address for next time" in page


def test_a_guest_is_offered_neither(client):
    cart = CartLineFactory().cart
    carry(client, cart, 1)

    page = client.get(CHECKOUT).text

    assert 'name="saved"' not in page
    assert 'name="save_address"' not in page


@pytest.mark.parametrize("addresses", [0, 1, 20])
def test_the_page_still_costs_ten_statements(client, ada, cart, addresses, django_assert_max_num_queries):
    AddressFactory.create_batch(addresses, customer=ada)
    client.get("/")  # the links in the footer stay in a cache for a minute

    with django_assert_max_num_queries(10):
        assert client.get(CHECKOUT).status_code == 200


# --- keeping what was typed -------------------------------------------------------------------------
def test_a_typed_address_is_kept_if_asked_for(ada):
    asked = sent(ada, save_address="on", **ADDRESS)
    not_asked = sent(ada, **{**ADDRESS, "street": "Elsewhere 8"})

    for form in (asked, not_asked):
        assert form.is_valid()
        form.keep_address()

    assert [address.as_dict() for address in Address.objects.all()] == [ADDRESS]


def test_a_chosen_address_is_not_kept_twice_and_a_full_book_stops_no_order(ada):
    address = home(ada)
    AddressFactory.create_batch(address_book.MOST - 1, customer=ada)

    for fields in ({"saved": address.key}, {"saved": "", **ADDRESS}):
        form = sent(ada, save_address="on", **fields)
        assert form.is_valid()
        form.keep_address()

    assert Address.objects.count() == address_book.MOST


def test_a_guest_keeps_nothing():
    form = sent(None, save_address="on", **ADDRESS)

    assert form.is_valid()
    form.keep_address()

    assert not Address.objects.exists()


def test_a_checkout_that_is_refused_keeps_no_address(client, ada, cart):
    answer = client.post(
        CHECKOUT,
        {"email": "ada@example.com", "billing_same": "on", "save_address": "on", **ADDRESS, "agreed": "x"},
    )

    assert answer.status_code == 409
    assert re.search(r'name="save_address"[^>]* checked', answer.text)
    assert not Address.objects.exists()
    assert not Checkout.objects.exists()
    assert client.get(reverse("accounts:addresses")).status_code == 200
