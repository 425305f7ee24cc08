"""Public pages are cached in every process and still true within two seconds, whichever worker answers."""

import http.client
import time
from urllib.parse import urlsplit

import pytest

from config.tests.running import RunningShop
from inventory import services as inventory
from shop import services
from shop.models import Product
from shop.tests.factories import VariantFactory

PROMISED_SECONDS = 2
VISITS = 20


@pytest.fixture
def shop(transactional_db):
    running = RunningShop(workers=2, threads=2, PAGE_CACHE_SECONDS="1.5")
    with running:
        yield running


def pages(url, path):
    """The page as many new visitors see it at once, so that both workers are asked."""
    place = urlsplit(url).netloc
    lines = [http.client.HTTPConnection(place, timeout=10) for _ in range(VISITS)]
    for line in lines:
        line.request("GET", path)
    seen = [line.getresponse().read().decode() for line in lines]
    for line in lines:
        line.close()
    return seen


@pytest.mark.slow
def test_a_change_of_price_stock_and_words_shows_in_every_worker_within_two_seconds(shop):
    variant = VariantFactory(product__name="Blue cup", price=1900, stock=3)
    item, path = variant.stock_item, variant.product.get_absolute_url()
    for address in (path, "/products/", "/"):
        assert all("Blue cup" in page and "€19.00" in page for page in pages(shop.url, address))

    services.set_price(variant, 2500, None)
    inventory.reserve({item.sku: 3}, reference="other", expires_at=variant.product.created_at)
    Product.objects.filter(pk=variant.product_id).update(name="Green cup")
    services.refresh_product(variant.product)
    time.sleep(PROMISED_SECONDS)

    for address in (path, "/products/", "/"):
        for page in pages(shop.url, address):
            assert "Blue cup" not in page
            assert "€19.00" not in page
            assert "Green cup" in page
            assert "Sold out" in page


@pytest.mark.slow
def test_pages_are_cached_at_all(shop):
    """The control: within the moment the old page is still sent, so the promise above is one."""
    variant = VariantFactory(product__name="Blue cup", stock=3)
    path = variant.product.get_absolute_url()
    before = set(pages(shop.url, path))

    services.set_price(variant, 2500, None)
    after = pages(shop.url, path)

    assert set(after) & before
