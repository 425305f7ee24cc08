"""The checkout page up to the point where the payment provider would be asked; beyond that, payments proves it."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from inventory import services as inventory
from inventory.tests.factories import LocationFactory
from orders import services as orders
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
from shop.models import Product, Variant

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
CHECKOUT = "/checkout/"


def text_of(response):
    return " ".join(response.content.decode().split())


def hidden(response, name):
    return re.search(f'name="{name}" value="([^"]*)"', response.content.decode())[1]


@pytest.fixture
def method():
    TaxRateFactory()
    return ShippingMethodFactory(name="Parcel", countries="DE US", position=1)


@pytest.fixture
def line(client, method):
    line = CartLineFactory(variant__price=1999, variant__product__name="Mug", variant__label="Large")
    carry(client, line.cart, 1)
    return line


def typed(response, method, **changes):
    """What a browser sends back from the page it was shown."""
    agreed = {"agreed": hidden(response, "agreed"), "shown": hidden(response, "shown")}
    return (
        {"email": "ada@example.com", **ADDRESS, "billing_same": "on", "method": method.pk} | agreed | changes
    )


# --- the page -------------------------------------------------------------------------------------
def test_without_a_cart_there_is_nothing_to_check_out(client, method):
    assert client.get(CHECKOUT)["Location"] == "/cart/"
    assert client.post(CHECKOUT)["Location"] == "/cart/"


def test_the_page_shows_what_it_will_cost(client, line):
    page = text_of(client.get(CHECKOUT))

    for words in ("Mug", "Large", "€19.99", "€4.90", "includes 19% tax", "€3.97", "Order and pay €24.89"):
        assert words in page
    assert "Secure checkout" in page
    assert 'id="site-search"' not in page


def test_the_page_says_which_step_this_is_and_shows_pictures_of_what_is_ordered(client, line):
    Product.objects.update(image_url="/media/products/mug-400.webp")

    page = text_of(client.get(CHECKOUT))

    assert '<li aria-current="step">Details</li>' in page
    # Once in the summary, once in the one that phones can open; the total also on the button and where it is explained.
    assert page.count('src="/media/products/mug-400.webp" alt=""') == 2
    assert page.count("€24.89") == 4


def test_a_checkout_keeps_no_picture_and_a_new_one_changes_no_offer(line):
    before = orders.make_quote(line.cart, country="DE")
    Product.objects.update(image_url="/media/products/mug-400.webp")
    after = orders.make_quote(line.cart, country="DE")

    assert after.lines[0].image_url == "/media/products/mug-400.webp"
    assert "image_url" not in after.lines[0].frozen()
    assert after.fingerprint == before.fingerprint


def test_the_ways_of_delivery_have_prices_and_days(client, line):
    ShippingMethodFactory(name="Express", countries="DE", flat_price=1490, min_days=1, max_days=1, position=2)
    ShippingMethodFactory(name="Pick-up", countries="DE", flat_price=0, position=3)
    ShippingMethodFactory(name="Overseas", countries="US", position=4)

    page = text_of(client.get(CHECKOUT))

    assert '<strong>Express</strong> <span class="muted">1 working day</span>' in page
    assert "€14.90" in page
    assert '<span class="method-price">free</span>' in page
    assert "Overseas" not in page


def test_a_country_that_no_method_reaches_is_said(client, line):
    ShippingMethod.objects.update(countries="US")

    page = text_of(client.get(f"{CHECKOUT}?country=DE"))

    assert "Delivery to United States" in page

    ShippingMethod.objects.all().delete()
    page = text_of(client.get(CHECKOUT))
    assert "We do not deliver to Germany yet." in page
    assert "disabled>Order and pay" in page


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("lines", [3, 50])
def test_the_page_costs_at_most_ten_statements(
    client, method, django_assert_max_num_queries, lines, signed_in
):
    user = get_user_model().objects.create_user("ada@example.com") if signed_in else None
    if user:
        client.force_login(user)
    cart = CartFactory(customer=user)
    CartLineFactory.create_batch(lines, cart=cart)
    carry(client, cart, lines)
    client.get("/")  # the links in the footer stay in a cache for a minute

    with django_assert_max_num_queries(10 if signed_in else 7):
        assert client.get(CHECKOUT).status_code == 200


def test_names_are_never_markup(client, line):
    response = client.get(CHECKOUT)

    page = text_of(client.post(CHECKOUT, typed(response, line, name="<b>Ada", update="1")))

    assert "<b>Ada" not in page
    assert "&lt;b&gt;Ada" in page


# --- redrawing ------------------------------------------------------------------------------------
def test_another_country_brings_its_fields_and_keeps_what_was_typed(client, line, method):
    response = client.get(CHECKOUT)

    page = client.post(CHECKOUT, typed(response, method, country="US", street="1 Main St", update="1"))

    assert page.status_code == 200
    assert "California" in text_of(page)
    assert 'value="1 Main St"' in text_of(page)
    assert 'value="ada@example.com"' in text_of(page)
    assert "is-invalid" not in text_of(page)
    assert not Checkout.objects.exists()


def test_a_guest_who_comes_back_from_paying_finds_what_was_typed(client, line):
    CheckoutFactory(cart=line.cart, email="guest@example.com")

    page = text_of(client.get(CHECKOUT))

    assert 'value="guest@example.com"' in page
    assert 'value="Unter den Linden 1"' in page


# --- refusing -------------------------------------------------------------------------------------
def test_what_is_wrong_stands_beside_its_field_and_in_a_summary(client, line, method):
    response = client.get(CHECKOUT)

    refused = client.post(CHECKOUT, typed(response, method, postcode="1", street="", phone="+49 30 1"))

    page = text_of(refused)
    assert refused.status_code == 422
    assert "Please look at 2 fields" in page
    assert '<a href="#id_street">Enter the street and number.</a>' in page
    assert 'id="id_street_error">Enter the street and number.' in page
    assert 'value="1"' in page
    assert 'value="+49 30 1"' in page
    assert not Checkout.objects.exists()


def test_an_offer_that_changed_is_told_and_asked_again(client, line, method):
    response = client.get(CHECKOUT)
    Variant.objects.update(price=2099)
    ShippingMethod.objects.update(flat_price=590)

    asked = client.post(CHECKOUT, typed(response, method, company="Analytical Engines"))

    page = text_of(asked)
    assert asked.status_code == 409
    assert "The offer changed while you were here" in page
    assert "Mug (Large) costs €20.99 instead of €19.99." in page
    assert "Delivery costs €5.90 instead of €4.90." in page
    assert "The total is €26.89 instead of €24.89." in page
    assert "Order and pay €26.89" in page
    assert 'value="Analytical Engines"' in page
    assert hidden(asked, "agreed") != hidden(response, "agreed")
    assert not Checkout.objects.exists()


def test_a_changed_quantity_and_a_thing_that_left_are_told(client, line, method):
    other = CartLineFactory(cart=line.cart)
    response = client.get(CHECKOUT)
    other.delete()
    line.quantity = 2
    line.save()

    page = text_of(client.post(CHECKOUT, typed(response, method)))

    assert "Your cart holds 2 × Mug (Large) instead of 1." in page
    assert "1 thing has left your cart." in page


def test_what_went_out_of_stock_is_told_by_line(client, line, method):
    line.quantity = 10
    line.save()
    other = CartLineFactory(cart=line.cart, quantity=10)
    response = client.get(CHECKOUT)
    inventory.adjust(other.variant.sku, -10, location=LocationFactory(), cause="fire", reason="Burnt.")

    refused = client.post(CHECKOUT, typed(response, method))

    assert refused.status_code == 409
    assert f"{other.variant.product.name} ({other.variant.label}): sold out." in text_of(refused)
    assert "Change your cart" in text_of(refused)
    assert not Checkout.objects.exists()


@pytest.mark.parametrize(
    "field", ["price", "total", "subtotal", "shipping", "tax", "currency", "customer", "state"]
)
def test_what_the_client_says_about_the_offer_has_no_effect(client, line, method, field):
    response = client.get(CHECKOUT)

    again = client.post(f"{CHECKOUT}?{field}=1", typed(response, method, update="1", **{field: "1"}))

    assert hidden(again, "agreed") == hidden(response, "agreed")
    assert "Order and pay €24.89" in text_of(again)


@pytest.mark.parametrize("shown", ["", "x", "a:b:c", "9" * 19_000])
def test_a_forged_memory_of_the_offer_says_nothing(client, line, method, shown):
    response = client.get(CHECKOUT)

    asked = client.post(CHECKOUT, typed(response, method, agreed="0" * 64, shown=shown))

    assert asked.status_code == 409
    assert "Something changed" in text_of(asked)


# --- odd input ------------------------------------------------------------------------------------
FIELDS = [
    "email",
    "billing_same",
    "method",
    "agreed",
    "shown",
    *ADDRESS,
    *(f"billing_{name}" for name in ADDRESS),
]
NONSENSE = ["", "-1", "1.5", str(10**30), "😀" * 40, "\x00", "‮", "x" * 100_000, "[]", "<script>"]


@pytest.mark.parametrize("field", FIELDS)
def test_no_nonsense_breaks_the_checkout(client, line, method, field):
    response = client.get(CHECKOUT)
    wrong = {"postcode": "1", "agreed": "0" * 64}

    for value in NONSENSE:
        data = typed(response, method, **wrong) | {"billing_same": ""} | {field: value}
        answers = [client.post(CHECKOUT, data), client.post(CHECKOUT, data | {"update": "1"})]
        assert {answer.status_code for answer in answers} <= {200, 400, 409, 422}, value[:10]
    for address in (CHECKOUT, f"{CHECKOUT}summary/"):
        assert client.get(address, {field: "😀" * 400}).status_code == 200
    assert not Checkout.objects.exists()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("country=DE&country=US&email=a&email=b", "application/x-www-form-urlencoded"),
        ("country[]=DE", "application/x-www-form-urlencoded"),
        ('{"email": ["a"]}', "application/json"),
        ("--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"\xff\xfe=\xff", "application/x-www-form-urlencoded"),
        ("name=%ED%A0%80&country=%ED%A0%80", "application/x-www-form-urlencoded"),
        ("", "text/plain"),
    ],
)
def test_odd_bodies_are_answered(client, line, body, kind):
    assert client.post(CHECKOUT, body, kind).status_code in {400, 422}


@pytest.mark.parametrize("wrong", ["put", "patch", "delete"])
def test_other_methods_are_refused(client, line, wrong):
    assert getattr(client, wrong)(CHECKOUT).status_code == 405


def test_a_foreign_page_cannot_check_out(line, method):
    client = Client(enforce_csrf_checks=True)
    carry(client, line.cart, 1)

    assert client.post(CHECKOUT, typed(client.get(CHECKOUT), method)).status_code == 403
    assert not Checkout.objects.exists()
