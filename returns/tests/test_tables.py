"""The terms of returns on the shop's page of words: those of the settings and of the rules, as they are now."""

import re

import pytest
from django.urls import reverse

from returns import tables
from returns.models import ReturnRule
from shop import services as shop
from shop.tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db


def words() -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", tables.terms()).split())


def test_the_usual_terms_are_those_of_the_settings(settings):
    settings.RETURN_WINDOW_DAYS, settings.RETURN_FEE, settings.RETURN_ARRIVES_WITHIN_DAYS = 45, 250, 14

    said = words()

    assert "within 45 days of delivery" in said
    assert "costs €2.50" in said
    assert "have 14 days to arrive" in said
    assert "You pay the postage, unless we are at fault" in said
    assert "what its delivery cost, too" in said
    assert "Other terms" not in said


def test_what_the_shop_gives_is_told_as_given(settings):
    settings.RETURN_POSTAGE_PAID, settings.RETURN_REFUNDS_DELIVERY = True, False

    said = words()

    assert "We charge no fee." in said
    assert "We pay the postage" in said
    assert "what its delivery cost" not in said


def test_categories_that_differ_are_listed_and_hidden_ones_are_not(django_assert_num_queries):
    ReturnRule.objects.create(category=CategoryFactory(name="Prints"), is_final_sale=True)
    ReturnRule.objects.create(category=CategoryFactory(name="Wear"), window_days=60, fee=0, most_per_line=1)
    ReturnRule.objects.create(category=CategoryFactory(name="Secret", is_active=False), window_days=1)
    ReturnRule.objects.create(product=ProductFactory(), window_days=3)

    with django_assert_num_queries(2):
        said = words()

    assert "Prints final sale: taken back only if we are at fault as usual as usual as usual" in said
    assert "Wear 60 days free 1 piece of each thing" in said
    assert "Secret" not in said
    assert "For a few single products" in said


def test_the_shops_page_shows_them(client, settings):
    settings.RETURN_WINDOW_DAYS = 77
    shop.begin_pages(is_published=True)

    for language, sentence in (("", "within 77 days of delivery"), ("/de", "innerhalb von 77 Tagen")):
        page = client.get(f"{language}{reverse('shop:page', args=['returns'])}").text
        assert sentence in page
        assert "{returns}" not in page
