"""The cart's badge on pages that are otherwise the same for everybody."""

import pytest
from django.test import Client

from orders import cart_cookie
from orders.tests.factories import CartFactory, CartLineFactory
from orders.tests.test_cart_page import carry
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(settings):
    settings.PAGE_CACHE_SECONDS = 30
    return VariantFactory(stock=1).product.get_absolute_url()


@pytest.fixture
def shopper():
    client, cart = Client(), CartFactory()
    CartLineFactory(cart=cart, quantity=3)
    carry(client, cart, 3)
    return client


def badge(response):
    return response.content.decode().split('id="cart-badge"')[1].split("</span>")[0]


@pytest.mark.parametrize("order", ["shopper first", "stranger first"])
def test_everybody_sees_their_own_number_on_the_shared_page(client, shopper, path, order):
    visits = [(shopper, '><span aria-hidden="true">3'), (client, ' hidden><span aria-hidden="true">0')]

    for visitor, said in visits if order == "shopper first" else visits[::-1]:
        assert badge(visitor.get(path)) == said


def test_a_shopper_s_page_is_private_costs_nothing_and_is_not_sent_twice(
    client, shopper, path, django_assert_num_queries
):
    client.get(path)
    with django_assert_num_queries(0):
        page = shopper.get(path)
    known = shopper.get(path, headers={"If-None-Match": page["ETag"]})

    assert page["Cache-Control"] == known["Cache-Control"] == "private, no-cache"
    assert (known.status_code, known.content) == (304, b"")
    assert page["ETag"] != client.get(path)["ETag"]


def test_a_forged_cookie_shows_an_empty_cart(client, path):
    client.cookies[cart_cookie.NAME] = "token:99:forged"

    assert badge(client.get(path)) == ' hidden><span aria-hidden="true">0'


def test_a_cookie_that_nobody_knows_leads_to_a_page_of_ones_own(client, shopper, path):
    shopper.cookies["other"] = "1"

    page = shopper.get(path)

    assert badge(page) == '><span aria-hidden="true">3'
    assert "ETag" not in page
