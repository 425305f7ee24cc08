"""The page of one product while somebody looks at it: choosing, stock that moves, pictures, what was seen before."""

import re

import pytest
from playwright.sync_api import expect

from config.tests.e2e.furniture import MUG, TEE, variant
from inventory import services as inventory
from inventory.models import Location
from orders.models import CartLine

pytestmark = pytest.mark.e2e

FOCUS = "document.activeElement.id"
RETURN_TO_THE_TAB = "document.dispatchEvent(new Event('visibilitychange'))"


def move_stock(of, pieces: int) -> None:
    place, cause = Location.objects.get(), f"test {pieces}"
    inventory.adjust(of.sku, pieces, location=place, cause=cause, reason="Counted anew.")


def test_of_several_sizes_one_must_be_chosen(shopper):
    page = shopper.page
    shopper.open(f"/products/{TEE}/")

    expect(page.get_by_role("main").get_by_role("radio", checked=True)).to_have_count(0)
    shopper.press("Add to cart")
    expect(page.get_by_role("alert")).to_have_text("Please choose one of these first.")
    expect(page.get_by_role("radio", name="XS", exact=True)).to_be_focused()
    assert not CartLine.objects.exists()
    page.keyboard.press("Space")
    expect(page.get_by_role("alert")).to_have_count(0)
    shopper.press("Add to cart")

    shopper.sees("is in your cart.")


def test_without_javascript_a_size_must_be_chosen_too(visitor):
    shopper = visitor(java_script_enabled=False)
    page = shopper.page
    shopper.open(f"/products/{TEE}/")

    shopper.press("Add to cart")
    assert page.url.endswith(f"/products/{TEE}/")
    page.get_by_text("M", exact=True).click()
    shopper.press("Add to cart")

    shopper.reads_title("Your cart")
    shopper.sees("Sunrise Tee")


def test_stock_that_moves_is_seen_without_reloading(shopper):
    page, mug = shopper.page, variant(MUG)
    page.clock.install()
    shopper.open(f"/products/{MUG}/")
    stock = page.locator("p[data-stock]")
    expect(stock).to_have_text("In stock")
    page.get_by_role("button", name="Add to cart").focus()

    move_stock(mug, -61)
    page.clock.run_for(16_000)
    expect(stock).to_have_text("3 left")
    expect(page.get_by_label("Quantity")).to_have_attribute("max", "3")
    move_stock(mug, -3)
    page.clock.run_for(16_000)
    expect(stock).to_have_text("Sold out")
    button = page.get_by_role("button", name="Sold out")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(button).to_be_focused()
    move_stock(mug, 5)
    page.evaluate(RETURN_TO_THE_TAB)
    expect(stock).to_have_text("5 left")

    shopper.press("Add to cart")
    shopper.sees("is in your cart.")


def test_the_chosen_size_and_the_focus_stay_while_sizes_come_and_go(shopper):
    page, large, small = shopper.page, variant(TEE, "L"), variant(TEE, "S")
    page.clock.install()
    shopper.open(f"/products/{TEE}/")
    radio = page.get_by_role("radio", name=re.compile("^L\\b"))
    page.get_by_text("L", exact=True).click()
    expect(radio).to_be_focused()

    move_stock(large, -28)
    move_stock(small, -24)
    page.clock.run_for(16_000)

    expect(page.locator("p[data-stock]")).to_have_text("Sold out")
    expect(radio).to_be_checked()
    expect(radio).to_be_focused()
    expect(page.get_by_role("radio", name=re.compile("^S\\b"))).to_be_disabled()
    expect(page.locator("[data-announce]")).to_have_text("S: Sold out")
    page.get_by_text("M", exact=True).click()
    expect(page.get_by_role("button", name="Add to cart")).to_have_attribute("aria-disabled", "false")
    expect(radio).to_be_disabled()


def test_nobody_asks_while_nobody_looks(shopper):
    page = shopper.page
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/stock/" in request.url else None)
    page.clock.install()
    page.add_init_script(
        "Object.defineProperty(Document.prototype, 'visibilityState', {get: () => window.shown || 'visible'})"
    )
    shopper.open(f"/products/{MUG}/")

    page.evaluate("window.shown = 'hidden'")
    page.clock.run_for(120_000)
    assert asked == []
    page.evaluate("window.shown = 'visible'")
    with page.expect_response("**/stock/"):
        page.evaluate(RETURN_TO_THE_TAB)


def test_pictures_are_looked_at_closely_by_keyboard_alone(shopper):
    page = shopper.page
    shopper.open(f"/products/{TEE}/")
    first = page.get_by_role("group", name="Pictures", exact=True).get_by_role("link").first
    first.focus()

    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Pictures of Sunrise Tee")
    expect(dialog.get_by_role("img")).to_have_attribute("alt", "Sunrise Tee")
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("img")).to_have_attribute("alt", "Sunrise Tee, from close up")
    dialog.get_by_role("button", name="Next picture").press("Enter")
    expect(dialog.get_by_text("1 / 2")).to_be_visible()
    dialog.get_by_role("button", name="Full size").press("Space")
    expect(dialog.get_by_role("button", name="Full size")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")

    expect(dialog).to_have_count(0)
    expect(first).to_be_focused()
    page.get_by_role("link", name="Picture 2: ").click()
    expect(page.get_by_role("link", name="Picture 2: ")).to_have_attribute("aria-current", "true")


def test_without_javascript_a_picture_leads_to_its_large_file(visitor):
    shopper = visitor(java_script_enabled=False)
    shopper.open(f"/products/{TEE}/")

    link = shopper.page.get_by_role("group", name="Pictures", exact=True).get_by_role("link").first

    file = shopper.page.request.get(f"{shopper.shop.url}{link.get_attribute('href')}")
    assert (file.status, file.headers["content-type"]) == (200, "image/webp")


def test_what_was_looked_at_is_shown_again_until_forgotten(shopper):
    page = shopper.page
    shopper.open(f"/products/{TEE}/")
    expect(page.get_by_role("heading", name="You looked at")).to_have_count(0)
    shopper.open(f"/products/{MUG}/")

    band = page.get_by_role("region", name="You looked at")
    expect(band.get_by_role("link")).to_have_text(["Sunrise Tee"])
    assert page.context.cookies() == []
    band.get_by_role("button", name="Forget these").click()
    expect(band).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(band).to_have_count(0)


def test_on_a_phone_a_bar_follows_while_the_button_is_out_of_sight(shopper):
    page = shopper.page
    page.set_viewport_size({"width": 390, "height": 780})
    shopper.open(f"/products/{TEE}/")

    shopper.press("Choose")
    expect(page.get_by_role("alert")).to_have_text("Please choose one of these first.")
    expect(page.get_by_role("button", name="Choose", exact=True)).to_have_count(0)
    page.get_by_text("M", exact=True).click()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    bar = page.locator("[data-buy-bar]")
    bar.get_by_role("button", name="Add to cart").click()

    expect(page.locator("#added")).to_contain_text("is in your cart.")


def test_a_list_that_comes_back_from_the_browsers_memory_tells_the_stock_of_now(shopper):
    page, mug = shopper.page, variant(MUG)
    shopper.open("/products/?q=terrazzo")
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=mug.product.name))
    expect(card).not_to_contain_text("Sold out")

    move_stock(mug, -64)
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")

    expect(card).to_contain_text("Sold out")
