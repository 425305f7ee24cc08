"""Paying with store credit: beside a card, and alone."""

import pytest
from playwright.sync_api import expect

from accounts.tests.factories import UserFactory
from config.tests.e2e.furniture import MUG
from config.tests.e2e.shopper import ADDRESS
from payments import services
from payments.services import store_credit

pytestmark = pytest.mark.e2e

EMAIL, PASSWORD = "customer@example.com", "plum lantern seven"


def test_credit_pays_a_part_and_then_all_of_it(shopper):
    page = shopper.page
    customer = UserFactory(email=EMAIL, full_name="Test Buyer", password=PASSWORD)
    store_credit.book(customer.pk, "granted", 500, key="gift")
    shopper.sign_in(EMAIL, PASSWORD)

    shopper.add_to_cart(MUG)
    shopper.open("/checkout/")
    shopper.fill_in(ADDRESS)
    page.get_by_label("Use €5.00 of store credit").check()
    expect(page.locator("#summary").get_by_text("By card", exact=True)).to_be_visible()
    shopper.order()
    shopper.pay()
    order = shopper.is_thanked()
    shopper.sees("Paid with store credit")
    assert (order.credit_used, services.balance_of(customer.pk)) == (500, 0)

    store_credit.book(customer.pk, "granted", 50_000, key="another gift")
    shopper.add_to_cart(MUG)
    shopper.open("/checkout/")
    page.locator("#id_use_credit").check()
    shopper.press("Order now")
    second = shopper.is_thanked()
    assert (second.credit_used, second.payment_state) == (second.total, "captured")
