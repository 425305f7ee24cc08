"""The small cart that opens over a page: what it shows, whose it is, what it costs."""

import json

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from orders.models import CartLine
from orders.tests.factories import CartFactory, CartLineFactory, carry
from shop.models import Variant
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db


def text_of(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def mini():
    return reverse("orders:cart_mini")


def test_it_shows_the_latest_lines_the_total_and_the_ways_on(client, mini):
    cart = CartFactory()
    for n in range(6):
        CartLineFactory(cart=cart, variant__price=1000, variant__product__name=f"Thing {n}")
    carry(client, cart, 6)

    page = text_of(client.get(mini))

    assert page.index("Thing 5") < page.index("Thing 2")
    assert "Thing 1" not in page
    assert "and 2 more" in page
    assert "€60.00" in page
    assert reverse("payments:checkout") in page


def test_an_empty_one_leads_to_the_goods_and_sets_no_cookie(client, mini):
    answer = client.get(mini)

    assert reverse("shop:products") in text_of(answer)
    assert not answer.cookies


def test_with_something_that_cannot_be_ordered_it_leads_to_the_cart_only(client, mini):
    line = CartLineFactory(variant__stock=0)
    carry(client, line.cart, 1)

    page = text_of(client.get(mini))

    assert "Sold out" in page
    assert reverse("payments:checkout") not in page


def test_it_is_private_and_shows_nobody_elses_cart(client, mini):
    CartLineFactory(cart__customer=get_user_model().objects.create_user("ada@example.com"))

    answer = client.get(mini)

    assert "nothing in it" in text_of(answer)
    assert "no-store" in answer["Cache-Control"]


def test_a_changed_price_is_still_pointed_out_in_the_cart(client, mini):
    line = CartLineFactory(variant__price=1000)
    carry(client, line.cart, 1)
    Variant.objects.update(price=1234)

    assert "€12.34" in text_of(client.get(mini))

    assert CartLine.objects.get().seen_price == 1000


@pytest.mark.parametrize("lines", [3, 50])
def test_it_costs_three_statements_however_full(client, mini, django_assert_max_num_queries, lines):
    cart = CartFactory()
    CartLineFactory.create_batch(lines, cart=cart)
    carry(client, cart, lines)

    with django_assert_max_num_queries(3):
        client.get(mini)


def test_adding_by_htmx_opens_it_and_a_refusal_does_not(client):
    add, variant, gone = reverse("orders:cart_add"), VariantFactory(stock=1), VariantFactory(stock=0)

    added = client.post(add, {"variant": variant.pk}, headers={"HX-Request": "true"})
    refused = client.post(add, {"variant": gone.pk}, headers={"HX-Request": "true"})

    assert "cart-added" in json.loads(added["HX-Trigger"])
    assert "HX-Trigger" not in refused


def test_without_scripts_the_header_leads_to_the_cart(client):
    page = client.get(reverse("shop:products")).content.decode()

    assert f'href="{reverse("orders:cart")}" data-mini-cart="{reverse("orders:cart_mini")}"' in page
