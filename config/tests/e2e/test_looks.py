"""Light and dark, the small cart, filters and undo: with scripts, and without wherever it can be."""

import re

import pytest
from playwright.sync_api import expect

from config.tests.e2e.furniture import MUG, TEE

pytestmark = pytest.mark.e2e

PHONE = {"width": 390, "height": 844}
SHIFTS = """() => new Promise((done) => {
    let sum = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((each) => { sum += each.value; }))
        .observe({type: 'layout-shift', buffered: true});
    setTimeout(() => done(sum), 300);
})"""


def test_light_or_dark_is_chosen_and_kept_until_the_system_decides_again(shopper):
    page = shopper.page
    root = page.locator("html")
    shopper.open("/")
    page.emulate_media(color_scheme="light")
    expect(root).to_have_attribute("data-bs-theme", "light")

    page.get_by_text("Dark", exact=True).click()
    shopper.open("/cart/")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    expect(page.get_by_role("radio", name="Dark")).to_be_checked()

    page.get_by_text("System", exact=True).click()
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.emulate_media(color_scheme="dark")
    expect(root).to_have_attribute("data-bs-theme", "dark")


def test_without_scripts_the_system_decides_and_nothing_is_offered_that_does_not_work(visitor):
    shopper = visitor(java_script_enabled=False, color_scheme="dark")
    shopper.open("/")

    expect(shopper.page.locator("body")).to_have_css("background-color", "rgb(25, 22, 19)")
    expect(shopper.page.get_by_role("radio", name="Dark")).to_be_hidden()


def test_the_small_cart_opens_after_adding_and_from_its_link(shopper):
    page, cart = shopper.page, shopper.page.get_by_role("dialog", name="Cart")
    shopper.add_to_cart(MUG)
    expect(cart).to_be_visible()
    expect(cart.get_by_role("link", name="Terrazzo Mug")).to_be_visible()

    page.keyboard.press("Escape")
    expect(cart).to_be_hidden()
    page.get_by_role("banner").get_by_role("link", name="Cart").click()
    expect(cart).to_be_focused()
    cart.get_by_role("link", name="Checkout").click()

    shopper.reads_title("Checkout")


def test_without_scripts_the_carts_link_leads_there_and_what_was_removed_comes_back(visitor):
    shopper = visitor(java_script_enabled=False)
    shopper.open(f"/products/{MUG}/")
    shopper.press("Add to cart")
    shopper.page.get_by_role("banner").get_by_role("link", name="Cart").click()
    shopper.reads_title("Your cart")

    shopper.press("Remove Terrazzo Mug")
    shopper.sees("Terrazzo Mug was removed.")
    shopper.press("Undo")

    shopper.sees("Terrazzo Mug is in your cart.")
    expect(shopper.page.get_by_role("button", name="Remove Terrazzo Mug")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_filters_open_as_a_sheet_and_come_off_again(visitor, scripts):
    shopper = visitor(java_script_enabled=scripts)
    shopper.page.set_viewport_size(PHONE)
    page, filters = shopper.page, shopper.page.get_by_role("complementary", name="Filters")
    shopper.open("/products/")
    expect(filters).to_be_hidden()

    page.get_by_role("link", name="Filter", exact=True).click()
    expect(filters).to_be_visible()
    filters.get_by_role("link", name=re.compile(r"^M \(")).click()
    expect(filters).to_be_hidden()
    page.get_by_role("link", name="Remove filter M").click()

    expect(page.get_by_role("link", name="Remove filter")).to_have_count(0)


def test_a_list_is_sorted_at_once_or_by_a_button(visitor):
    for scripts in (True, False):
        shopper = visitor(java_script_enabled=scripts)
        shopper.open("/products/?in_stock=1")
        shopper.page.get_by_label("Sort by").select_option("price")
        if not scripts:
            shopper.press("Sort")

        shopper.page.wait_for_url("**/products/?*sort=price*")
        assert "in_stock=1" in shopper.page.url


def test_on_a_phone_the_order_folds_away_in_the_checkout(shopper):
    page = shopper.page
    shopper.add_to_cart(MUG)
    page.set_viewport_size(PHONE)
    shopper.open("/checkout/")
    line = page.locator(".peek").get_by_text("Terrazzo Mug")
    expect(line).to_be_hidden()

    page.locator(".peek > summary").click()
    expect(line).to_be_visible()
    total = page.locator("#peek-total").inner_text()
    page.get_by_text("Express").click()
    expect(page.locator("#peek-total")).not_to_have_text(total)


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 900}])
def test_nothing_moves_while_a_page_loads(shopper, size):
    shopper.page.set_viewport_size(size)

    for path in ("/", "/products/", "/category/home/", f"/products/{TEE}/", "/cart/"):
        shopper.open(path)
        assert shopper.page.evaluate(SHIFTS) < 0.01, path
