"""A purchase without a mouse: everything can be reached, in the order of the page, and seen when it is."""

import pytest
from playwright.sync_api import Page, expect

from config import books
from config.tests.e2e.furniture import TEE, variant
from config.tests.e2e.shopper import ADDRESS, GOOD_CARD
from config.tests.e2e.stock import stock_of

pytestmark = pytest.mark.e2e

MOST_TABS, MOST_STOPS = 80, 200
NAME_OF_FOCUS = """() => {
    const at = document.activeElement;
    const label = at.labels && at.labels.length ? at.labels[0].textContent : '';
    return (label || at.getAttribute('aria-label') || at.textContent || '').replace(/\\s+/g, ' ').trim();
}"""
# An outline or a shadow around the thing itself, its label, or the list's item that it makes one link.
FOCUS_IS_SEEN = """() => {
    const at = document.activeElement;
    const around = at.closest('li');
    return [at, ...(at.labels || []), ...(around ? [around] : [])].some((place) => {
        const style = getComputedStyle(place);
        return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== 'none';
    });
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is focused is called so; every stop on the way must be seen."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        here = page.evaluate(NAME_OF_FOCUS)
        assert page.evaluate(FOCUS_IS_SEEN), f"On {page.url} nobody sees that {here!r} has the focus."
        if here.startswith(name):
            return
    raise AssertionError(f"{name!r} is not within {MOST_TABS} Tabs on {page.url}.")


def type_into(page: Page, name: str, words: str) -> None:
    tab_to(page, name)
    page.keyboard.press("Control+A")
    page.keyboard.type(words)


def test_a_tee_is_bought_by_keyboard_alone(shopper):
    page, tee = shopper.page, variant(TEE, "L")
    shopper.open("/")
    page.keyboard.press("Tab")
    assert page.evaluate(NAME_OF_FOCUS) == "Skip to content"
    page.keyboard.press("Enter")
    tab_to(page, "See everything")
    page.keyboard.press("Enter")
    shopper.reads_title("Everything")
    tab_to(page, tee.product.name)
    page.keyboard.press("Enter")
    shopper.reads_title(tee.product.name)
    tab_to(page, "XS")
    for _ in "SML":
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="L", exact=True)).to_be_checked()
    tab_to(page, "Add to cart")
    page.keyboard.press("Enter")
    shopper.sees(f"{tee} is in your cart.")
    tab_to(page, "View cart")
    page.keyboard.press("Enter")
    shopper.reads_title("Your cart")
    tab_to(page, "+")
    page.keyboard.press("Space")
    expect(page.get_by_label("Quantity of")).to_have_value("2")
    tab_to(page, "Go to checkout")
    page.keyboard.press("Enter")
    shopper.reads_title("Checkout")
    type_into(page, "E-mail address", "guest@example.com")
    for label, words in ADDRESS.items():
        type_into(page, label, words)
    tab_to(page, "Order and pay")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{shopper.shop.stripe.url}/pay/**")
    type_into(page, "Card number", GOOD_CARD)
    type_into(page, "Expiry date", "1234")
    type_into(page, "Security code", "123")
    type_into(page, "Name on card", ADDRESS["Full name"])
    page.keyboard.press("Enter")
    order = shopper.is_thanked()

    assert list(order.lines.values_list("sku", "quantity")) == [(tee.sku, 2)]
    assert stock_of(tee).allocated == 2
    assert books.verify().violations == []


def test_the_small_cart_and_the_suggestions_let_the_keyboard_in_and_out(shopper):
    page, cart = shopper.page, shopper.page.get_by_role("dialog", name="Cart")
    shopper.open(f"/products/{TEE}/")
    tab_to(page, "Search the shop")
    page.keyboard.type("mug")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    shopper.reads_title("Terrazzo Mug")
    tab_to(page, "Add to cart")
    page.keyboard.press("Enter")
    expect(cart).to_be_visible()
    page.keyboard.press("Escape")
    expect(cart).to_be_hidden()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(NAME_OF_FOCUS) != "", "After the small cart the focus is nowhere."

    shopper.open(f"/products/{TEE}/")
    tab_to(page, "Cart")
    page.keyboard.press("Enter")
    expect(cart).to_be_focused()
    expect(cart.get_by_role("link", name="Checkout")).to_be_visible()
    tab_to(page, "Checkout")
    page.keyboard.press("Enter")

    shopper.reads_title("Checkout")


def test_no_page_holds_the_keyboard_fast(shopper):
    """Tab goes through everything once, always seen, and leaves the page at its end."""
    page = shopper.page
    shopper.add_to_cart(TEE, "L")

    for path in (
        "/",
        "/products/",
        f"/products/{TEE}/",
        "/cart/",
        "/checkout/",
        "/contact/",
        "/accounts/login/",
    ):
        shopper.open(path)
        for _ in range(MOST_STOPS):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement === document.body"):
                break
            assert page.evaluate(FOCUS_IS_SEEN), (
                f"{path}: {page.evaluate(NAME_OF_FOCUS)!r} has the focus unseen."
            )
        else:
            raise AssertionError(f"{path}: Tab has not come out after {MOST_STOPS} stops.")
