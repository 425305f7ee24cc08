"""The page of flash sales and what other pages say of them: by the clock, from memory, the same for everybody."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from config import toggles
from shop import flash, kept
from shop.found import feed
from shop.models import FlashSale
from shop.tests.factories import FlashSaleFactory, VariantFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def clock(monkeypatch):
    """The shop's time, which a test sets; the database's own is not asked by pages."""

    def at(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return at


def sale_at_noon(**fields):
    """From noon to one, planned before; told by pages alone."""
    sale = FlashSaleFactory(**fields)
    FlashSale.objects.filter(pk=sale.pk).update(starts_at=NOON, ends_at=NOON + timedelta(hours=1))
    sale.refresh_from_db()
    flash.forget()
    return sale


def state(client, address="/sale/now/"):
    """What the page tells: the classes of its states."""
    return re.findall(r'class="flash-state is-(\w+)"', client.get(address).content.decode())


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (NOON - timedelta(days=3), "planned"),
        (NOON - SECOND, "planned"),
        (NOON, "running"),
        (NOON + timedelta(minutes=60) - SECOND, "running"),
        (NOON + timedelta(minutes=60), "over"),
        (NOON + timedelta(hours=23), "over"),
    ],
)
def test_the_clock_alone_decides_what_is_said(client, clock, moment, said):
    sale_at_noon()
    clock(moment)

    assert state(client) == [said]
    assert state(client, "/sale/") == [said]


def test_a_page_from_memory_ends_with_the_state_that_it_tells(client, clock, settings):
    settings.PAGE_CACHE_SECONDS = 60
    sale = sale_at_noon()
    clock(NOON - SECOND)
    assert state(client) == ["planned"]

    clock(NOON)

    assert state(client) == ["running"]
    clock(sale.ends_at)
    assert state(client) == ["over"]


def test_sold_out_is_told_and_the_usual_price_counts(client):
    sale = FlashSaleFactory()
    offer = flash.offers()[0]
    flash.assume((type(offer)(**{**offer.__dict__, "taken": 5}),))

    assert state(client) == ["sold_out"]
    assert "€12.00" not in client.get(sale.variant.product.get_absolute_url()).content.decode()


def test_warm_pages_ask_the_database_nothing(client, settings, django_assert_num_queries):
    settings.PAGE_CACHE_SECONDS = 60
    product = FlashSaleFactory().variant.product
    addresses = ("/sale/", "/sale/now/", "/", product.get_absolute_url(), "/products/")
    for address in addresses:
        client.get(address)

    with django_assert_num_queries(0):
        for address in addresses:
            assert client.get(address).status_code == 200


def test_a_page_costs_as_many_statements_with_sales_as_without(client, django_assert_max_num_queries):
    product = VariantFactory(stock=9).product

    def cost():
        with django_assert_max_num_queries(40) as seen:
            client.get(product.get_absolute_url())
        return len(seen)

    cost()
    without = cost()
    for _ in range(5):
        FlashSaleFactory()
    client.get("/sale/")

    assert cost() == without


def test_the_sales_are_read_in_two_statements_however_many_there_are(django_assert_num_queries):
    for _ in range(4):
        FlashSaleFactory()
    flash.forget()

    with django_assert_num_queries(2):
        assert len(flash.offers()) == 4
    with django_assert_num_queries(0):
        flash.offers()


def test_what_has_ended_pushes_nothing_off_that_runs_or_comes(monkeypatch):
    now, hour = timezone.now(), timedelta(hours=1)
    times = {"old": (-9, -8), "ended": (-7, -2), "runs": (-1, 1), "comes": (2, 3)}
    for name, (start, end) in times.items():
        sale = FlashSaleFactory(name=name)
        FlashSale.objects.filter(pk=sale.pk).update(starts_at=now + start * hour, ends_at=now + end * hour)

    def named(most):
        monkeypatch.setattr(flash, "MOST", most)
        flash.forget()
        return [one.name for one in flash.offers()]

    assert [named(most) for most in (1, 2, 3, 4)] == [
        ["runs"],
        ["runs", "comes"],
        ["ended", "runs", "comes"],
        ["old", "ended", "runs", "comes"],
    ]


def test_without_sales_nothing_is_asked_but_which_there_are(django_assert_num_queries):
    flash.forget()

    with django_assert_num_queries(1):
        assert flash.offers() == ()


def test_the_endpoint_is_public_short_lived_and_known_again(client):
    FlashSaleFactory()

    answer = client.get("/sale/now/")
    again = client.get("/sale/now/", headers={"If-None-Match": "*"})

    assert answer["Cache-Control"] == "public, max-age=1"
    assert answer["X-Robots-Tag"] == "noindex"
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
    assert again.status_code == 304


def test_without_scripts_the_page_looks_again_when_something_begins(client, clock):
    sale_at_noon()
    clock(NOON - timedelta(seconds=20))

    page = client.get("/sale/").content.decode()

    assert '<noscript><meta http-equiv="refresh" content="21"></noscript>' in page
    assert "Starts " in page


def test_the_page_says_that_there_is_none(client):
    page = client.get("/sale/").content.decode()

    assert "No flash sale runs or is planned at the moment." in page
    assert 'http-equiv="refresh"' not in page


def test_it_is_told_in_german(client):
    FlashSaleFactory()

    page = client.get("/de/sale/").content.decode()

    assert "Blitzangebote" in page
    assert "12,00" in page


def test_the_flash_price_stands_wherever_the_thing_does(client):
    sale = FlashSaleFactory(variant=VariantFactory(stock=5, product__is_featured=True))
    product = sale.variant.product

    page = client.get(product.get_absolute_url()).content.decode()
    offers = json.loads(re.findall(r"ld\+json\">(.*?)</script>", page)[0])["offers"]

    assert "<span data-price>€12.00</span>" in page
    assert "<s data-was>€19.99</s>" in page
    assert 'max="2"' in page
    assert (offers[0]["price"], offers[0]["priceValidUntil"]) == (
        "12.00",
        timezone.localdate(sale.ends_at).isoformat(),
    )
    assert 'data-price="€12.00"' in client.get(f"{product.get_absolute_url()}stock/").content.decode()
    assert '<span class="now">€12.00</span>' in client.get("/products/").content.decode()
    assert f"{product.name} for €12.00" in client.get("/").content.decode()


def test_the_feed_says_the_price_and_its_times():
    sale = FlashSaleFactory()

    text = "".join(feed.write())

    assert "<g:price>19.99 EUR</g:price><g:sale_price>12.00 EUR</g:sale_price>" in text
    assert f"<g:sale_price_effective_date>{sale.starts_at.isoformat()}/{sale.ends_at.isoformat()}<" in text


def test_switched_off_no_page_tells_of_it(client):
    product = FlashSaleFactory().variant.product
    toggles.assume({"flash sales": False})
    kept.forget()

    for address in ("/", "/products/", product.get_absolute_url(), "/sale/"):
        assert "€12.00" not in client.get(address).content.decode(), address
