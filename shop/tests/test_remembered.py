"""What lists remember: what was found, never what it costs, whether it is there, or that it has left."""

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from shop.listing import PAGE_SIZE, list_products
from shop.models import Product
from shop.templatetags.cards import product_card
from shop.tests.factories import VariantFactory
from shop.tree import read_tree
from shop.wish import Wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(settings):
    """A search for mugs that was asked a moment ago, to be asked again."""
    settings.LIST_CACHE_SECONDS = 30
    for name in ("Mug Red", "Mug Blue", "Bowl"):
        VariantFactory(product__name=name, price=1000, stock=3)
    tree = read_tree()

    def search():
        return {card["name"]: card for card in list_products(Wish(q="mug"), tree).cards}

    assert search().keys() == {"Mug Red", "Mug Blue"}
    return search


def test_the_second_search_costs_one_statement(found, django_assert_num_queries):
    with django_assert_num_queries(1):
        found()


def test_the_second_page_of_a_search_costs_one_statement(settings, django_assert_num_queries):
    settings.LIST_CACHE_SECONDS = 30
    for number in range(PAGE_SIZE + 2):
        VariantFactory(product__name=f"Mug {number}")
    tree = read_tree()
    first = list_products(Wish(q="mug"), tree)

    with django_assert_num_queries(1):
        second = list_products(Wish(q="mug", page=2), tree)

    assert (len(first.cards), len(second.cards), second.total) == (PAGE_SIZE, 2, PAGE_SIZE + 2)
    assert not {card["slug"] for card in first.cards} & {card["slug"] for card in second.cards}


def test_a_search_is_made_once_for_its_page_and_its_facets():
    VariantFactory(product__name="Mug Red")
    tree = read_tree()

    with CaptureQueriesContext(connection) as asked:
        list_products(Wish(q="mug"), tree)

    assert sum("LIKE" in statement["sql"] for statement in asked) == 1


def test_prices_are_those_of_now(found):
    Product.objects.filter(name="Mug Red").update(price=1200)

    assert found()["Mug Red"]["price_words"] == "€12.00"


def test_what_left_the_shop_is_left_out(found):
    Product.objects.filter(name="Mug Red").update(is_active=False)

    assert found().keys() == {"Mug Blue"}


def test_a_card_that_says_something_new_is_a_new_card(found):
    before = product_card(found()["Mug Red"], 1, 4)
    assert product_card(found()["Mug Red"], 1, 4) is before
    assert "loading" not in before
    assert 'loading="lazy"' in product_card({**found()["Mug Red"], "image_url": "/m.webp"}, 5, 4)

    Product.objects.filter(name="Mug Red").update(price=F("price") + 1)

    assert "€10.01" in product_card(found()["Mug Red"], 1, 4)
