"""The frame around every page: it holds no inline code, and the error page can be shown when all else is away."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client
from heroicons.templatetags.heroicons import heroicon_outline

from shop import kept
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
        assert re.findall(r'<script(?![^>]* src=)(?! type="application/ld\+json">)', page) == []
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


def test_who_signed_in_gets_another_header_than_who_did_not(client, customer_client, settings):
    settings.PAGE_CACHE_SECONDS = 600
    kept.forget()

    own, strange = (each.get("/contact/").content.decode() for each in (customer_client, client))
    kept.forget()

    assert 'href="/wishlist/"' in own
    assert 'href="/wishlist/"' not in strange


def test_an_icon_looks_as_its_package_draws_it():
    asked = Template('{% load icons %}{% heroicon_outline "heart" size=22 aria_hidden="true" %}')

    drawn = [asked.render(Context()) for _ in range(2)]

    assert drawn == [heroicon_outline("heart", size=22, aria_hidden="true")] * 2


def test_a_category_in_the_header_is_marked_on_its_pages_and_below(client):
    top = CategoryFactory(slug="kitchen")
    product = VariantFactory(product__category=CategoryFactory(parent=top)).product

    for address in ("/category/kitchen/", product.get_absolute_url()):
        assert '<a href="/category/kitchen/" aria-current="page">' in client.get(address).content.decode()


def test_light_and_dark_can_be_chosen_and_are_set_before_the_first_paint(client):
    page = client.get("/").content.decode()

    assert re.findall(r'name="theme" value="(\w+)"', page) == ["system", "light", "dark"]
    assert page.index("js/theme.js") < page.index("bootstrap.min.css") < page.index("<body")
    assert not re.search(r"<script[^>]*(defer|async)[^>]*theme\.js", page)


def test_without_scripts_dark_is_the_same_dark():
    style = (settings.BASE_DIR / "static/css/tokens.css").read_text()
    chosen, system = re.findall(
        r'(?:\[data-bs-theme="dark"\]|:root:not\(\[data-bs-theme\]\)) \{(.*?)\}', style, re.DOTALL
    )

    def said(block):
        return [line.strip() for line in block.splitlines() if "--" in line]

    assert said(chosen) == said(system) != []


def test_styles_and_scripts_of_a_first_visit_stay_small(client):
    page = client.get("/products/").content.decode()
    files = re.findall(r'(?:src|href)="/static/([^"]+\.(?:css|js))"', page)

    sizes = {name: len(gzip.compress(Path(finders.find(name)).read_bytes(), 6)) for name in files}

    assert len(files) >= 6
    assert sum(sizes.values()) < 90_000, sizes
