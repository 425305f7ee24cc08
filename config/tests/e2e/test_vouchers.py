"""A voucher from the cart to the order: typed, refused, kept, taken off; with scripts and without."""

import pytest
from playwright.sync_api import expect

from config.tests.e2e.furniture import MUG
from config.tests.e2e.inspection import Inspection
from config.tests.e2e.shopper import ADDRESS
from orders.tests.factories import PromotionFactory, VoucherFactory

pytestmark = pytest.mark.e2e


@pytest.fixture
def offers():
    PromotionFactory(kind="delivery", minimum=50_000, names={"en": "Free delivery"})
    VoucherFactory(code="TEN")
    VoucherFactory(code="LATER", minimum=90_000)


def test_a_voucher_takes_something_off_from_the_cart_to_the_order(shopper, offers):
    page, look = shopper.page, Inspection(shopper)
    shopper.add_to_cart(MUG)
    shopper.open("/cart/")
    shopper.expects(422)
    page.get_by_label("Voucher code").fill("none")
    page.get_by_role("button", name="Apply").click()
    shopper.sees("We do not know this voucher.")
    look.look("cart, unknown voucher", is_same_document=True)

    # A picture leaves its mark on each field, which the next swap would find: a new page has none.
    shopper.open("/cart/")
    page.get_by_label("Voucher code").fill("later")
    page.keyboard.press("Enter")
    expect(page.locator(".voucher-problem")).to_contain_text("more to use this voucher.")
    look.look("cart, voucher that does not fit yet", is_same_document=True)

    shopper.open("/cart/")
    page.get_by_role("button", name="Remove LATER").click()
    page.get_by_label("Voucher code").fill("ten")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".sums")).to_contain_text("TEN")
    look.look("cart, voucher", is_same_document=True)

    shopper.open("/checkout/")
    shopper.fill_in({"E-mail address": "ada@example.com", **ADDRESS})
    page.get_by_role("button", name="Remove TEN").click()
    expect(page.locator("#summary")).not_to_contain_text("TEN")
    page.get_by_text("Add a voucher").click()
    page.get_by_label("Voucher code").fill("Ten")
    page.keyboard.press("Enter")
    expect(page.locator("#summary")).to_contain_text("TEN")
    expect(page.get_by_label("E-mail address")).to_have_value("ada@example.com")
    look.look("checkout, voucher", is_same_document=True)
    shopper.order()
    shopper.pay()
    order = shopper.is_thanked()
    look.look("order, voucher")

    assert [each["code"] for each in order.discounts] == ["TEN"]
    assert order.discount > 0
    assert look.faults == []


def test_without_scripts_it_is_typed_and_taken_out_as_well(visitor, offers):
    shopper = visitor(java_script_enabled=False)
    page = shopper.page
    shopper.add_to_cart(MUG)
    shopper.open("/cart/")
    page.get_by_label("Voucher code").fill("ten")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".sums")).to_contain_text("TEN")

    shopper.open("/checkout/")
    page.get_by_role("button", name="Remove TEN").click()
    shopper.reads_title("Checkout")
    page.locator("#id_city").fill("Lisbon")
    page.get_by_text("Add a voucher").click()
    page.get_by_label("Voucher code").fill("later")
    page.get_by_role("button", name="Apply").click()

    expect(page.locator("#id_city")).to_have_value("Lisbon")
    shopper.reads_title("Checkout")
    shopper.sees("more to use this voucher.")
