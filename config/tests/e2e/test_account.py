"""From a stranger to a customer with a history."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from accounts.tests.factories import UserFactory
from config import books
from config.tests.e2e.furniture import MUG, TEE, variant
from config.tests.e2e.mailbox import link_in
from config.tests.e2e.shopper import CARD_WITH_3DS, Shopper
from config.tests.e2e.stock import stock_of
from orders import services as orders
from orders.models import Cart, Order

pytestmark = pytest.mark.e2e

EMAIL, PASSWORD = "customer@example.com", "plum lantern seven"


def sign_in(shopper: Shopper, email: str = EMAIL, password: str = PASSWORD) -> None:
    shopper.fill_in({"E-mail": email})
    shopper.page.get_by_label("Password").fill(password)
    shopper.press("Sign in")


def test_a_stranger_registers_by_the_mailed_link_and_is_signed_in(shopper, mailbox):
    shopper.open("/accounts/register/")
    shopper.fill_in({"Your name (optional)": "Test Buyer", "E-mail": EMAIL})
    shopper.press("Send me the link")
    shopper.reads_title("Check your mail")
    assert not User.objects.filter(email=EMAIL).exists()

    shopper.open(link_in(mailbox.wait_for(EMAIL, ""), "/accounts/register/"))
    shopper.page.get_by_label("New password").fill(PASSWORD)
    shopper.press("Create my account")

    expect(shopper.page.get_by_role("banner").get_by_role("link", name="Orders")).to_be_visible()
    assert User.objects.get(email=EMAIL).check_password(PASSWORD)


def test_signing_in_merges_the_carts_and_a_3d_secure_payment_lands_in_the_history(shopper):
    page, tee, mug = shopper.page, variant(TEE, "M"), variant(MUG)
    customer = UserFactory(email=EMAIL, full_name="Test Buyer", password=PASSWORD)
    orders.add_to_cart(Cart.objects.create(customer=customer), mug.pk, 2)

    shopper.add_to_cart(TEE, "M")
    shopper.open("/checkout/")
    shopper.follow("Sign in")
    sign_in(shopper)
    shopper.reads_title("Checkout")
    expect(page.get_by_role("textbox", name="E-mail address")).to_have_value(EMAIL)
    expect(page.get_by_role("textbox", name="Full name").first).to_have_value("Test Buyer")
    shopper.fill_in({"Street and number": "Musterstrasse 1", "Postcode": "10115", "City": "Berlin"})
    shopper.order()
    shopper.pay(CARD_WITH_3DS)
    shopper.reads_title("Is this payment yours?")
    shopper.press("Complete authentication")
    order = shopper.is_thanked()
    shopper.follow("All your orders")
    page.get_by_role("link", name=order.number).click()
    shopper.reads_title(f"Order {order.number}")

    assert order.customer == customer
    assert set(order.lines.values_list("sku", "quantity")) == {(tee.sku, 1), (mug.sku, 2)}
    assert (stock_of(tee).allocated, stock_of(mug).allocated) == (1, 2)
    assert Order.objects.count() == 1
    assert books.verify().violations == []


def test_the_next_checkout_knows_the_address(shopper):
    UserFactory(email=EMAIL, full_name="Test Buyer", password=PASSWORD)
    shopper.open("/accounts/login/")
    sign_in(shopper)
    for street in ("Musterstrasse 1", "Musterstrasse 2"):
        shopper.add_to_cart(MUG)
        shopper.open("/checkout/")
        if street.endswith("2"):
            field = shopper.page.get_by_role("textbox", name="Street and number").first
            expect(field).to_have_value("Musterstrasse 1")
        shopper.fill_in({"Street and number": street, "Postcode": "10115", "City": "Berlin"})
        shopper.order()
        shopper.pay()
        shopper.is_thanked()

    shopper.open("/orders/")

    expect(shopper.page.get_by_role("main").get_by_role("listitem")).to_have_count(2)


def test_a_forgotten_password_is_set_anew_by_the_mailed_link(shopper, mailbox):
    customer = UserFactory(email=EMAIL, password="forgotten by its owner")
    shopper.open("/accounts/login/")
    shopper.follow("Forgot your password?")
    shopper.fill_in({"E-mail": EMAIL})
    shopper.press("Send me a link")

    shopper.open(link_in(mailbox.wait_for(EMAIL, ""), "/accounts/password/reset/"))
    shopper.page.get_by_label("New password").fill(PASSWORD)
    shopper.press("Set password and sign in")

    expect(shopper.page.get_by_role("banner").get_by_role("link", name="Orders")).to_be_visible()
    customer.refresh_from_db()
    assert customer.check_password(PASSWORD)
