"""Staff at the console put a product's pictures in order; the shop follows."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from config.tests.e2e.furniture import TEE
from shop.models import Product, ProductImage
from shop.tests.factories import picture_file

pytestmark = pytest.mark.e2e

PASSWORD = "plum lantern seven"


@pytest.fixture
def desk(shopper):
    """The owner, at the page of the tee."""
    owner = User.objects.create_superuser(email="owner@example.com", password=PASSWORD)
    shopper.open(f"/admin/shop/product/{Product.objects.get(slug=TEE).pk}/change/")
    shopper.fill_in({"E-mail": owner.email})
    shopper.page.get_by_label("Password").fill(PASSWORD)
    shopper.press("Sign in")
    return shopper


def save(desk) -> None:
    with desk.page.expect_navigation():
        desk.page.get_by_role("button", name="Save and continue editing").click()
    expect(desk.page.get_by_text("was changed successfully")).to_be_visible()


def order() -> list[str]:
    return list(ProductImage.objects.filter(product__slug=TEE).values_list("alt", flat=True))


# One journey: the site remembers the numbers of content types, which the next test's database would not have.
def test_pictures_are_put_in_order_and_a_new_one_is_seen_in_the_shop_at_once(desk):
    page = desk.page
    grips = page.get_by_role("button", name="Move “")
    assert order() == ["Sunrise Tee", "Sunrise Tee, from close up"]

    grips.nth(1).drag_to(grips.nth(0), target_position={"x": 5, "y": 1})
    expect(page.locator('#images-group input[name$="-position"]').first).to_have_value("1")
    save(desk)
    assert order() == ["Sunrise Tee, from close up", "Sunrise Tee"]

    grips.nth(0).focus()
    page.keyboard.press("ArrowDown")
    expect(grips.nth(1)).to_be_focused()
    expect(page.get_by_text("Picture at place 2")).to_be_attached()
    save(desk)
    assert order() == ["Sunrise Tee", "Sunrise Tee, from close up"]

    page.get_by_text("Add another Picture").click()
    row = page.locator("#images-2")
    row.get_by_role("textbox").first.fill("The tee, folded")
    row.locator('input[type="file"]').set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": picture_file(900, 900).read()}
    )
    save(desk)
    desk.open(f"/products/{TEE}/")
    desk.page.get_by_role("link", name="Picture 3: The tee, folded").click()
    picture = desk.page.get_by_role("img", name="The tee, folded")
    assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 0
