"""Flash sales in a browser: the page counts by the shop's clock and changes by itself, with and without scripts."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from config.tests.e2e.furniture import MUG, variant
from config.tests.e2e.inspection import Inspection
from shop import services as shop
from shop.models import FlashSale

pytestmark = pytest.mark.e2e


def sale(*, starts=timedelta(0), lasts=timedelta(hours=1), **fields) -> FlashSale:
    now = timezone.now()
    mug = variant(MUG)
    given = {"name": "An hour for less", "price": mug.price // 2, "cap": 3, "limit": 2, **fields}
    return shop.save_sale(
        FlashSale(variant=mug, starts_at=now + starts, ends_at=now + starts + lasts, **given)
    )


def test_its_pages_have_no_barriers_in_any_state(shopper):
    look = Inspection(shopper)

    look.open("/sale/", "flash-none")
    first = sale(lasts=timedelta(minutes=30))
    sale(starts=timedelta(hours=1), name="And then this one")
    shopper.page.wait_for_timeout(1500)  # the site looks again once a second
    look.open("/sale/", "flash")
    look.open(f"/products/{MUG}/", "flash-product")
    look.open("/", "flash-home")
    shopper.add_to_cart(MUG)
    look.open("/cart/", "flash-cart")
    shop.end_sale(first)
    shopper.page.wait_for_timeout(1500)
    look.open("/sale/", "flash-over")

    assert look.faults == []


def test_an_open_page_counts_down_and_begins_by_itself(shopper):
    sale(starts=timedelta(seconds=12))
    shopper.page.wait_for_timeout(1500)
    shopper.open("/sale/")

    expect(shopper.page.locator(".flash-clock")).to_contain_text("Starts in 00:00:")
    expect(shopper.page.get_by_text("3 left, at most 2 per customer.")).to_be_visible(timeout=20_000)
    expect(shopper.page.locator(".flash-clock")).to_contain_text("Ends in 00:59:")


def test_the_price_on_an_open_product_page_goes_back_when_the_sale_is_ended(shopper):
    running = sale()
    shopper.page.wait_for_timeout(1500)
    shopper.open(f"/products/{MUG}/")
    price = shopper.page.locator(".product-price [data-price]")
    before = price.inner_text()

    shop.end_sale(running)

    expect(shopper.page.get_by_text("This flash sale is over.")).to_be_visible(timeout=20_000)
    expect(price).not_to_have_text(before, timeout=20_000)


def test_without_scripts_it_says_the_times_and_loads_itself_anew(visitor):
    shopper = visitor(java_script_enabled=False)
    sale(starts=timedelta(seconds=12))
    shopper.page.wait_for_timeout(1500)
    shopper.open("/sale/")

    expect(shopper.page.get_by_text("Starts ")).to_be_visible()
    expect(shopper.page.get_by_text("3 left, at most 2 per customer.")).to_be_visible(timeout=30_000)
