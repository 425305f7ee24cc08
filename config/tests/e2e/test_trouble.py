"""What changes or breaks between the cart and the payment: said plainly, nothing typed is lost, nothing is charged."""

import pytest
from playwright.sync_api import expect

from config import books
from config.tests.e2e.furniture import MUG, TEE, variant
from config.tests.e2e.shopper import Shopper
from config.tests.e2e.stock import Stock, stock_of
from inventory import services as inventory
from inventory.models import Location
from orders.models import Checkout, Order
from payments import services
from payments.models import Payment
from shop.services import set_price

pytestmark = pytest.mark.e2e

EMAIL = "guest@example.com"


def ready_to_order(shopper: Shopper) -> None:
    """A tee and a mug in the cart, the checkout filled in."""
    shopper.add_to_cart(TEE, "M")
    shopper.add_to_cart(MUG)
    shopper.fill_in_checkout(EMAIL)


def everything_typed_is_there(shopper: Shopper) -> None:
    expect(shopper.page.get_by_role("textbox", name="E-mail address")).to_have_value(EMAIL)
    expect(shopper.page.get_by_role("textbox", name="Street and number").first).to_have_value(
        "Musterstrasse 1"
    )
    expect(shopper.page.get_by_role("textbox", name="City").first).to_have_value("Berlin")


def test_what_is_sold_out_meanwhile_is_named_and_the_rest_can_be_bought(shopper):
    page, tee, mug = shopper.page, variant(TEE, "M"), variant(MUG)
    shopper.expects(409)
    ready_to_order(shopper)
    there = stock_of(tee).on_hand
    inventory.adjust(
        tee.sku, -there, location=Location.objects.get(), cause="test", reason="All were broken."
    )

    shopper.press("Order and pay")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(f"{tee.product.name} (M): sold out")
    expect(alert).to_be_focused()
    everything_typed_is_there(shopper)
    assert (Checkout.objects.count(), stock_of(mug).reserved) == (0, 0)
    shopper.follow("Change your cart")
    shopper.sees("Sold out. Remove it to order the rest.")
    expect(page.get_by_role("button", name="Go to checkout")).to_be_disabled()
    shopper.press(f"Remove {tee}")
    shopper.sees(f"{tee} was removed.")
    shopper.follow("Go to checkout")
    shopper.fill_in_checkout(EMAIL)
    shopper.order()
    shopper.pay()
    order = shopper.is_thanked()

    assert list(order.lines.values_list("sku", "quantity")) == [(mug.sku, 1)]
    assert stock_of(tee) == Stock(0, 0, 0)
    assert books.verify().violations == []


def test_a_price_that_changed_is_shown_and_asked_about_before_paying(shopper):
    page, mug = shopper.page, variant(MUG)
    shopper.expects(409)
    ready_to_order(shopper)
    set_price(mug, mug.price + 500, by=None)

    shopper.press("Order and pay")
    expect(page.get_by_role("alert")).to_contain_text("The offer changed while you were here")
    expect(page.get_by_role("alert")).to_contain_text(mug.product.name)
    everything_typed_is_there(shopper)
    assert not Checkout.objects.exists()
    shopper.order()
    shopper.pay()
    order = shopper.is_thanked()

    assert order.lines.get(sku=mug.sku).unit_price == mug.price
    assert books.verify().violations == []


def test_while_the_payment_provider_is_silent_nothing_is_lost_and_later_it_works(shopper, settings):
    page = shopper.page
    ready_to_order(shopper)
    shopper.shop.stripe.control("faults", endpoint="POST /v1/checkout/sessions", kind="hang", seconds=5)

    shopper.press("Order and pay")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "We have your order; you can pay a little later"
    )
    assert not Order.objects.exists()
    settings.PUBLIC_BASE_URL = shopper.shop.url
    services.open_links()
    page.get_by_role("link", name="Look again now").click()
    page.get_by_role("link", name="Continue to payment").click()
    shopper.pay()
    order = shopper.is_thanked()

    assert order.lines.count() == 2
    assert Checkout.objects.count() == Payment.objects.count() == 1
    assert books.verify().violations == []


def test_while_the_payment_cannot_be_confirmed_the_page_waits_and_then_thanks(shopper):
    stripe = shopper.shop.stripe
    ready_to_order(shopper)
    shopper.order()
    stripe.control("webhooks", mode="drop")
    stripe.control("faults", endpoint="GET /v1/checkout/sessions/{id}", kind="error_500")

    shopper.pay()
    shopper.reads_title("Your payment is being confirmed")
    order = shopper.is_thanked()

    stripe.control("webhooks", mode="normal")
    assert Order.objects.get() == order
    assert books.verify().violations == []


def test_what_is_missing_in_the_address_is_said_beside_its_field_and_on_top(shopper):
    page = shopper.page
    shopper.expects(422)
    shopper.add_to_cart(MUG)
    shopper.fill_in_checkout(EMAIL)
    shopper.fill_in({"Postcode": "123", "City": ""})

    shopper.press("Order and pay")

    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("heading", name="Please look at 2 fields")).to_be_visible()
    for name in ("Postcode", "City"):
        field = page.get_by_role("textbox", name=name, exact=True)
        expect(field).to_have_attribute("aria-invalid", "true")
        reason = page.locator(f"#{field.get_attribute('aria-describedby')}")
        expect(reason).to_be_visible()
    page.get_by_role("alert").get_by_role("link").first.click()
    expect(page.get_by_role("textbox", name="Postcode", exact=True)).to_be_focused()
    assert not Checkout.objects.exists()
