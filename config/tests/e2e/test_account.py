"""From a stranger to a customer with a history."""

import json

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from accounts.tests.factories import AddressFactory, UserFactory
from config import books
from config.tests.e2e.furniture import MUG, TEE, variant
from config.tests.e2e.mailbox import link_in, text_of
from config.tests.e2e.shopper import CARD_WITH_3DS, Shopper
from config.tests.e2e.stock import stock_of
from orders import services as orders
from orders.models import Cart, Checkout, Order

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
    page.locator("a.order-card", has_text=order.number).click()
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

    expect(shopper.page.locator(".order-list").get_by_role("listitem")).to_have_count(2)


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


def test_a_saved_address_is_ordered_to_with_one_click(shopper, visitor):
    customer = UserFactory(email=EMAIL, full_name="Test Buyer", password=PASSWORD)
    shopper.open("/accounts/addresses/")
    sign_in(shopper)
    for street in ("Musterstrasse 1", "Lindenallee 2"):
        shopper.follow("Add an address")
        shopper.fill_in({"Street and number": street, "Postcode": "10115", "City": "Berlin"})
        shopper.press("Save the address")
        shopper.sees(street)
    shopper.add_to_cart(MUG)
    shopper.open("/checkout/")
    expect(shopper.page.get_by_role("radio", name="Musterstrasse 1")).to_be_checked()
    expect(shopper.page.get_by_role("textbox", name="Street and number").first).to_be_hidden()

    shopper.order()
    shopper.pay()
    first = shopper.is_thanked()

    shopper.press("Order again")
    shopper.open("/checkout/")
    shopper.page.get_by_role("radio", name="Lindenallee 2").check()
    shopper.order()
    shopper.pay()
    shopper.sees("Thank you!")
    second = Order.objects.latest("pk")

    streets = [order.shipping_address["street"] for order in (first, second)]
    assert streets == ["Musterstrasse 1", "Lindenallee 2"]
    assert first.customer == second.customer == customer
    assert books.verify().violations == []


def test_without_scripts_a_saved_address_is_chosen_as_well(visitor):
    customer = UserFactory(email=EMAIL, full_name="Test Buyer", password=PASSWORD)
    AddressFactory(customer=customer, street="Musterstrasse 1", is_delivery_default=True)
    AddressFactory(customer=customer, street="Lindenallee 2")
    orders.add_to_cart(Cart.objects.create(customer=customer), variant(MUG).pk, 1)
    shopper = visitor(java_script_enabled=False)
    shopper.open("/accounts/login/")
    sign_in(shopper)

    shopper.open("/checkout/")
    shopper.page.get_by_role("radio", name="Lindenallee 2").check()
    shopper.order()

    assert Checkout.objects.get().shipping_address["street"] == "Lindenallee 2"


def test_a_customer_takes_the_data_along_and_leaves_for_good(shopper, mailbox):
    customer = UserFactory(
        email=EMAIL, full_name="Test Buyer", password=PASSWORD, email_verified_at=timezone.now()
    )
    AddressFactory(customer=customer, name="Test Buyer", street="Musterstrasse 1")
    shopper.open("/accounts/privacy/")
    sign_in(shopper)
    with shopper.page.expect_download() as download:
        shopper.press("Download my data")
    assert json.loads(download.value.path().read_text())["addresses"][0]["street"] == "Musterstrasse 1"

    shopper.follow("Erase my account…")
    shopper.page.get_by_label("Current password").fill("not this one")
    shopper.fill_in({"Your e-mail, typed once more": EMAIL})
    shopper.press("Erase my account for good")
    shopper.sees("This is not your current password.")
    shopper.page.get_by_label("Current password").fill(PASSWORD)
    shopper.fill_in({"Your e-mail, typed once more": EMAIL})
    shopper.press("Erase my account for good")

    shopper.sees("Your account is erased.")
    assert "This cannot be undone." in text_of(mailbox.wait_for(EMAIL, "is erased"))
    customer.refresh_from_db()
    assert (customer.is_active, customer.full_name) == (False, "")
    shopper.open("/accounts/login/")
    sign_in(shopper)
    shopper.sees("do not belong together")
