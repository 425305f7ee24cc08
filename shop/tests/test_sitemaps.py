"""Sitemap and robots.txt: everything that is shown is named, with the day of its last change, and nothing else."""

import re
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from shop.found import sitemaps
from shop.found.addresses import languages
from shop.models import Category, Product
from shop.tests.factories import CategoryFactory, ProductFactory, VariantFactory

pytestmark = pytest.mark.django_db
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
IMAGE = "{http://www.google.com/schemas/sitemap-image/1.1}"
HOST = "http://testserver"


def entries(client, address: str) -> dict[str, str | None]:
    """What a sitemap names, with its date."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert answer["Content-Type"].startswith("application/xml")
    return {
        each.find(f"{SITEMAP}loc").text.removeprefix(HOST): getattr(
            each.find(f"{SITEMAP}lastmod"), "text", None
        )
        for each in ElementTree.fromstring(answer.content)
    }


def pages(client) -> list[str]:
    return list(entries(client, reverse("found:sitemap")))


def everything(client) -> dict[str, str | None]:
    return {path: day for page in pages(client) for path, day in entries(client, page).items()}


def test_all_that_is_named_is_there(client):
    top = CategoryFactory()
    for number in range(3):
        VariantFactory(stock=number, product__category=CategoryFactory(parent=top))

    named = everything(client)

    assert len(named) >= 2 + 4 + 3
    assert {path: client.get(path).status_code for path in named} == dict.fromkeys(named, 200)


def test_what_is_not_shown_is_not_named(client):
    shown = VariantFactory(stock=1).product
    hidden = VariantFactory(stock=1, product__is_active=False).product
    behind = VariantFactory(stock=1, product__category__is_active=False).product
    below = VariantFactory(stock=1, product__category=CategoryFactory(parent=behind.category)).product
    bare = ProductFactory()

    named = everything(client)

    assert shown.get_absolute_url() in named
    for each in (hidden, behind, behind.category, below, below.category, bare):
        assert each.get_absolute_url() not in named


def test_each_date_is_that_of_the_last_change(client):
    product = VariantFactory(stock=1).product
    then = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    Category.objects.update(updated_at=datetime(2025, 1, 1, tzinfo=UTC))
    Product.objects.filter(pk=product.pk).update(updated_at=then)

    named, index = everything(client), entries(client, reverse("found:sitemap"))

    for path in (product, product.category):
        assert named[path.get_absolute_url()] == "2026-03-04T05:06:07Z"
    assert set(index.values()) == {"2026-03-04T05:06:07Z"}


def test_products_are_paged_by_their_number(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "PER_PAGE", 3)
    for _ in range(8):
        VariantFactory(stock=1)

    found = [page for page in pages(client) if "products" in page]

    assert len(found) >= 3
    assert sum(len(entries(client, page)) for page in found) == 8 * len(languages())
    numbers = [int(re.search(r"(\d+)\.xml", page)[1]) for page in found]
    for beyond in (max(numbers) + 1, 10**8):
        assert client.get(reverse("found:sitemap_page", args=[f"products-{beyond}"])).status_code == 404


@pytest.mark.parametrize("name", ["shop-1", "nothing-0", "products-00", "categories-1", "products-999999999"])
def test_a_page_that_there_is_not_is_not_found(client, name):
    assert client.get(f"/sitemaps/{name}.xml").status_code == 404


@pytest.mark.parametrize("count", [1, 60])
def test_a_page_costs_three_statements_at_most(client, django_assert_max_num_queries, count):
    for _ in range(count):
        VariantFactory(stock=1)
    found = pages(client)

    for address in (reverse("found:sitemap"), *found):
        with django_assert_max_num_queries(3):
            client.get(address)


def test_a_sitemap_is_kept_and_not_sent_twice(client, django_assert_num_queries, settings):
    settings.PAGE_CACHE_SECONDS = 30
    VariantFactory(stock=1)
    etag = client.get(reverse("found:sitemap"))["ETag"]

    with django_assert_num_queries(0):
        known = client.get(reverse("found:sitemap"), headers={"If-None-Match": etag})
        again = client.get(reverse("found:sitemap"))

    assert (known.status_code, again.status_code) == (304, 200)
    assert "public" in again["Cache-Control"]
    assert not again.cookies


def test_pictures_and_odd_addresses_stay_well_formed(client):
    product = VariantFactory(stock=1).product
    Product.objects.filter(pk=product.pk).update(image_url="https://cdn.example/a.webp?x=1&y=<2>")

    page = client.get(next(page for page in pages(client) if "products" in page)).content

    pictures = {each.text for each in ElementTree.fromstring(page).iter(f"{IMAGE}loc")}
    assert pictures == {"https://cdn.example/a.webp?x=1&y=<2>"}


def test_robots_are_told_the_sitemap_and_what_is_nothing_for_them(client):
    answer = client.get(reverse("found:robots"))
    lines = answer.content.decode().splitlines()

    assert answer["Content-Type"].startswith("text/plain")
    assert lines[0] == "User-agent: *"
    assert f"Sitemap: {HOST}{reverse('found:sitemap')}" in lines
    for view in ("orders:cart", "payments:checkout", "accounts:login", "admin:index"):
        assert f"Disallow: {reverse(view)}" in lines
    for name in ("q", "sort", "min"):
        assert f"Disallow: /*?{name}=" in lines


def test_nothing_in_the_sitemap_is_closed_to_robots(client):
    VariantFactory(stock=1)
    closed = [
        line.removeprefix("Disallow: ")
        for line in client.get(reverse("found:robots")).content.decode().splitlines()
        if line.startswith("Disallow: ") and "*" not in line
    ]

    assert closed
    assert not [path for path in everything(client) if path.startswith(tuple(closed))]
