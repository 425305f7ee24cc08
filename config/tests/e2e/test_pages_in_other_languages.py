"""Pages in German, and the main ones turned for a language from right to left: on a phone and a desk."""

import pytest
from playwright.sync_api import expect

from config.tests.e2e.conftest import FROM_RIGHT_TO_LEFT
from config.tests.e2e.furniture import MUG, TEE
from config.tests.e2e.inspection import Inspection
from shop.services import begin_pages

pytestmark = pytest.mark.e2e

MAIN_PAGES = {
    "home": "/",
    "list": "/products/",
    "search-nothing": "/products/?q=xyzzy",
    "category": "/category/wear/",
    "product": f"/products/{TEE}/",
    "cart": "/cart/",
    "checkout": "/checkout/",
    "contact": "/contact/",
    "find": "/orders/find/",
    "login": "/accounts/login/",
    "register": "/accounts/register/",
    "reset": "/accounts/password/reset/",
}


def test_more_pages_in_german(shopper):
    """Those that test_german.py does not pass by."""
    look = Inspection(shopper)
    shopper.expects(404)
    begin_pages(is_published=True)

    for name in ("search-nothing", "category", "contact", "find", "login", "reset"):
        look.glance(f"/de{MAIN_PAGES[name]}", f"german-{name}")
        expect(shopper.page.locator("html")).to_have_attribute("lang", "de")
    look.glance("/de/pages/delivery/", "german-page")
    look.glance("/de/nowhere/", "german-not-found")

    assert look.faults == []


def test_the_main_pages_turned_from_right_to_left(shopper):
    """Arabic, as far as an English page can be: its words are not translated, its direction is what counts here."""
    look = Inspection(shopper)
    shopper.add_to_cart(MUG)

    for name, path in MAIN_PAGES.items():
        look.glance(f"/{FROM_RIGHT_TO_LEFT}{path}", f"rtl-{name}")
        expect(shopper.page.locator("html")).to_have_css("direction", "rtl")

    assert look.faults == []
