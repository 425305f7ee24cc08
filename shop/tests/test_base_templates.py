"""The frame around every page: it holds no inline code, and the error page can be shown when all else is away."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client

from shop.tests.factories import CategoryFactory, VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer_client(django_user_model):
    client = Client()
    client.force_login(django_user_model.objects.create(email="customer@shop.example"))
    return client


def test_the_problem_page_asks_the_database_nothing(rf, django_assert_num_queries):
    CategoryFactory()

    with django_assert_num_queries(0):
        page = render_to_string(
            "problem.html", {"status": 500, "title": "Sorry", "words": "Our fault."}, rf.get("/")
        )

    assert "Our fault." in page


def test_no_page_carries_inline_code(client):
    product = VariantFactory(stock=2).product
    VariantFactory(product=product, stock=0)

    for address in ("/", "/products/", product.get_absolute_url(), "/nowhere/"):
        page = client.get(address).content.decode()
        assert re.findall(r"<script(?![^>]* src=)", page) == []
        assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", page) == []
        assert re.findall(r'(?:src|href)="(?:https?:)?//(?!testserver)', page) == []


def test_every_page_can_be_reached_past_the_header(client):
    for address in ("/", "/products/", "/nowhere/"):
        page = client.get(address).content.decode()
        assert '<a class="skip-link" href="#main">' in page
        assert page.count('<main id="main"') == page.count("<h1") == 1


def test_only_staff_see_the_door_to_the_console(customer_client, django_user_model):
    assert 'href="/admin/"' not in customer_client.get("/products/").content.decode()

    django_user_model.objects.update(is_staff=True)

    assert 'href="/admin/"' in customer_client.get("/products/").content.decode()


def test_a_category_in_the_header_is_marked_on_its_pages_and_below(client):
    top = CategoryFactory(slug="kitchen")
    product = VariantFactory(product__category=CategoryFactory(parent=top)).product

    for address in ("/category/kitchen/", product.get_absolute_url()):
        assert '<a href="/category/kitchen/" aria-current="page">' in client.get(address).content.decode()
