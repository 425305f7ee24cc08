"""From the home page to the order, the ways that most people go."""

import re

import pytest
from playwright.sync_api import expect

from config import books
from config.tests.e2e.furniture import MUG, TEE, variant
from config.tests.e2e.mailbox import link_in
from config.tests.e2e.shopper import DECLINED_CARD
from config.tests.e2e.stock import Stock, stock_of
from orders.models import Cart, Checkout, Order
from payments.models import Payment

pytestmark = pytest.mark.e2e

EMAIL = "guest@example.com"


def lines_of(order: Order) -> list[tuple[str, str, int]]:
    return list(order.lines.values_list("name", "label", "quantity"))


def test_a_guest_buys_two_tees_and_the_mailed_link_leads_to_the_order(shopper, visitor, mailbox):
    page, tee = shopper.page, variant(TEE, "M")
    before = stock_of(tee)

    shopper.open("/")
    page.get_by_role("navigation", name="Categories").get_by_role("link").filter(has_text="Wear").click()
    page.get_by_role("link", name=tee.product.name).click()
    expect(page.get_by_role("radio", name="XXL")).to_be_disabled()
    page.get_by_text("M", exact=True).click()
    shopper.press("Add to cart")
    shopper.sees(f"{tee} is in your cart.")
    expect(page.locator("#cart-badge")).to_contain_text("1")
    shopper.follow("View cart")
    shopper.press("One more of")
    expect(page.get_by_label("Quantity of")).to_have_value("2")
    expect(page.locator("#cart-badge")).to_contain_text("2")
    shopper.follow("Go to checkout")
    shopper.fill_in_checkout(EMAIL)
    shopper.order()
    assert stock_of(tee) == Stock(before.on_hand, 2, 0)
    shopper.pay()
    order = shopper.is_thanked()

    assert lines_of(order) == [(tee.product.name, "M", 2)]
    assert (order.email, order.payment_state) == (EMAIL, Order.PaymentState.AUTHORISED)
    assert order.shipping_address["street"] == "Musterstrasse 1"
    assert stock_of(tee) == Stock(before.on_hand, 0, 2)
    expect(page.locator("#cart-badge")).to_be_hidden()
    mail = mailbox.wait_for(EMAIL, order.number)
    later = visitor()
    later.open(link_in(mail, "/orders/g/"))
    later.reads_title(f"Order {order.number}")
    assert len(mailbox.to(EMAIL)) == 1
    assert books.verify().violations == []


def test_without_javascript_the_same_purchase_works(visitor):
    shopper = visitor(java_script_enabled=False)
    page, tee = shopper.page, variant(TEE, "M")
    before = stock_of(tee)

    shopper.open(f"/products/{TEE}/")
    page.get_by_text("M", exact=True).click()
    shopper.press("Add to cart")
    shopper.reads_title("Your cart")
    page.get_by_label("Quantity of").fill("2")
    shopper.press("Update")
    shopper.sees("2 in your cart.")
    shopper.follow("Go to checkout")
    page.get_by_label("Country").first.select_option("AT")
    shopper.press("Update the total")
    expect(page.get_by_role("group", name="Delivery to Austria")).to_be_visible()
    shopper.fill_in({"E-mail address": EMAIL, "Full name": "Test Buyer", "Street and number": "Ring 1"})
    shopper.fill_in({"Postcode": "1010", "City": "Wien"})
    shopper.order()
    shopper.pay()
    order = shopper.is_thanked()

    assert lines_of(order) == [(tee.product.name, "M", 2)]
    assert order.shipping_address["country"] == "AT"
    assert stock_of(tee) == Stock(before.on_hand, 0, 2)
    assert books.verify().violations == []


def test_without_javascript_search_filters_languages_quantities_and_undo_lead_to_the_payment_page(visitor):
    shopper = visitor(java_script_enabled=False)
    page, tee = shopper.page, variant(TEE, "M")

    shopper.open("/")
    page.get_by_label("Search the shop").fill("tee")
    page.keyboard.press("Enter")
    page.get_by_role("complementary", name="Filters").get_by_role("link", name=re.compile(r"^M \(")).click()
    expect(page.get_by_role("link", name="Remove filter M")).to_be_visible()
    page.get_by_role("link", name=tee.product.name).click()
    page.get_by_role("navigation", name="Language").get_by_role("link", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.get_by_text("M", exact=True).click()
    page.get_by_role("spinbutton").fill("3")
    shopper.press("In den Warenkorb")
    shopper.reads_title("Ihr Warenkorb")
    page.get_by_role("button", name=re.compile("^Entfernen|entfernen$")).click()
    shopper.press("Rückgängig")
    expect(page.get_by_role("spinbutton")).to_have_value("3")
    page.get_by_role("link", name="Zur Kasse").click()
    shopper.fill_in({"E-Mail-Adresse": EMAIL, "Vor- und Nachname": "Test Buyer", "Ort": "Berlin"})
    shopper.fill_in({"Straße und Hausnummer": "Ring 1", "Postleitzahl": "10115"})
    page.get_by_role("button", name=re.compile("^Zahlungspflichtig bestellen")).click()
    page.wait_for_url(f"{shopper.shop.stripe.url}/pay/**")

    assert Checkout.objects.get().language == "de"
    assert stock_of(tee).reserved == 3


def test_a_declined_card_then_a_way_back_then_another_card_make_one_order(shopper):
    page, mug = shopper.page, variant(MUG)
    shopper.expects(402)  # what the payment page answers to a card that is declined
    shopper.add_to_cart(MUG)
    shopper.fill_in_checkout(EMAIL)
    shopper.order()

    shopper.pay(DECLINED_CARD)
    expect(page.get_by_role("alert")).to_contain_text("declined")
    assert not Order.objects.exists()
    page.get_by_role("link", name=re.compile("Back to|Cancel|return to", re.IGNORECASE)).first.click()
    shopper.reads_title("You have not paid yet")
    page.get_by_role("link", name="Continue to payment").click()
    shopper.pay()
    order = shopper.is_thanked()

    assert lines_of(order) == [(mug.product.name, "", 1)]
    assert Checkout.objects.count() == Payment.objects.count() == Order.objects.count() == 1
    assert stock_of(mug).allocated == 1
    assert books.verify().violations == []


def test_who_turns_back_for_good_finds_the_cart_and_the_stock_is_free_again(shopper):
    page, mug = shopper.page, variant(MUG)
    before = stock_of(mug)
    shopper.add_to_cart(MUG)
    shopper.fill_in_checkout(EMAIL)
    shopper.order()
    page.get_by_role("link", name=re.compile("Back to|Cancel|return to", re.IGNORECASE)).first.click()

    shopper.press("Back to cart")

    shopper.reads_title("Your cart")
    shopper.sees(mug.product.name)
    assert stock_of(mug) == before
    assert Checkout.objects.get().state == Checkout.State.CANCELLED


def test_back_button_and_double_click_leave_one_payable_session_and_one_order(shopper):
    page, mug = shopper.page, variant(MUG)
    shopper.add_to_cart(MUG)
    shopper.fill_in_checkout(EMAIL)

    page.get_by_role("button", name="Order and pay").dblclick()
    page.wait_for_url(f"{shopper.shop.stripe.url}/pay/**")
    first_address = page.url
    page.go_back()
    shopper.reads_title("Checkout")
    expect(page.get_by_role("textbox", name="Street and number")).to_have_value("Musterstrasse 1")
    shopper.order()
    assert page.url == first_address
    shopper.fill_in_card("4242424242424242")
    page.get_by_role("button", name=re.compile("^Pay ")).dblclick()
    order = shopper.is_thanked()

    assert Checkout.objects.count() == Payment.objects.count() == 1
    assert Order.objects.get() == order
    assert stock_of(mug).allocated == 1
    assert not Cart.objects.filter(lines__variant=mug).exists()
    assert books.verify().violations == []


def test_going_back_after_paying_does_not_buy_again(shopper):
    page, mug = shopper.page, variant(MUG)
    shopper.add_to_cart(MUG)
    shopper.fill_in_checkout(EMAIL)
    shopper.order()
    paid_page = page.url
    shopper.pay()
    shopper.is_thanked()

    page.goto(paid_page)
    assert page.get_by_role("button", name=re.compile("^Pay ")).count() == 0
    shopper.open("/checkout/")

    shopper.reads_title("Your cart")
    assert Order.objects.count() == 1
    assert stock_of(mug).allocated == 1
