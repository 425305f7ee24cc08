"""The pages that belong to somebody: account, orders, invoices, wish list, reviews. Inspected as all pages are."""

import pytest

from accounts import links
from accounts.models import User
from accounts.tests.factories import UserFactory
from config.tests.e2e.furniture import MUG, TEE, variant
from config.tests.e2e.inspection import Inspection, path_of
from config.tests.world import paid, placed_order
from orders import services as orders
from orders.models import Order
from payments.services import store_credit
from shop import services as shop

pytestmark = pytest.mark.e2e

EMAIL, PASSWORD = "customer@example.com", "plum lantern seven"


def test_the_pages_of_a_customer(shopper):
    look = Inspection(shopper)
    customer = UserFactory(email=EMAIL, full_name="Test Buyer", password=PASSWORD)
    shopper.sign_in(EMAIL, PASSWORD)
    shopper.reads_title("Your orders")
    look.look("history-empty")
    shopper.add_to_cart(MUG)
    shopper.fill_in_checkout(EMAIL)
    shopper.order()
    shopper.pay()
    shopper.is_thanked()
    look.look("order-own")
    shopper.follow("Cancel")
    look.look("cancel-own")

    look.open("/orders/", "history")
    look.open("/orders/?q=nothing+like+it&status=over", "history-narrowed")
    look.open("/store-credit/", "store-credit-empty")
    store_credit.book(customer.pk, "granted", 1230, key="gift")
    look.open("/store-credit/", "store-credit")
    look.open("/accounts/addresses/", "addresses-empty")
    shopper.expects(422)
    shopper.open("/accounts/addresses/new/")
    shopper.press("Save the address")
    look.look("address-refused")
    shopper.fill_in({"Street and number": "Musterstrasse 1", "Postcode": "10115", "City": "Berlin"})
    shopper.press("Save the address")
    look.look("addresses")
    shopper.follow("Edit Test Buyer")
    look.look("address")
    shopper.add_to_cart(MUG)
    look.open("/checkout/", "checkout-saved-address")
    look.open("/accounts/profile/", "profile")
    look.open("/accounts/security/", "security")
    look.open("/accounts/privacy/", "privacy")
    look.open("/accounts/erase/", "erase-not-yet")
    look.open("/accounts/password/change/", "password-change")
    shopper.page.get_by_label("Current password").fill("not this one")
    shopper.page.get_by_label("New password").fill("password")
    shopper.press("Set new password")
    look.look("password-change-refused")
    look.open("/accounts/email/change/", "email-change")
    look.open("/accounts/email/change/sent/", "email-change-sent")
    look.open(path_of(links.email_link(customer, "new@example.com")), "email-confirm")

    assert look.faults == []


def test_the_pages_of_somebody_who_leaves(shopper):
    look = Inspection(shopper)
    UserFactory(email=EMAIL, full_name="Test Buyer", password=PASSWORD)
    shopper.sign_in(EMAIL, PASSWORD, "/accounts/erase/")

    look.look("erase")
    shopper.press("Erase my account for good")
    look.look("erase-refused")

    assert look.faults == []


def bought(slug: str, label: str = "", *, by: User | None = None) -> Order:
    """An order that is paid for, by a customer or a guest."""
    order = placed_order(variant(slug, label), 1)
    paid(order)
    Order.objects.filter(pk=order.pk).update(customer=by)
    return Order.objects.get(pk=order.pk)


@pytest.mark.broken_books  # notes of credit without money that went back
def test_the_papers_of_an_order(shopper):
    look = Inspection(shopper)
    customer = UserFactory(email=EMAIL, password=PASSWORD)
    guests, own = bought(MUG), bought(MUG, by=customer)

    look.open(guests.get_invoice_url(), "invoice-waiting")
    for whose, order in (("guest", guests), ("own", own)):
        if order is own:
            shopper.sign_in(EMAIL, PASSWORD)
        orders.issue_invoice(order)
        note = orders.issue_credit_note(order, lines={1: 1}, reason="Sent back", key=f"test {order.number}")
        look.open(order.get_absolute_url(), f"order-{whose}-refunded")
        look.open(order.get_invoice_url(), f"invoice-{whose}")
        look.open(note.get_absolute_url(), f"credit-note-{whose}")

    assert look.faults == []


def test_a_guest_calls_the_order_off(shopper):
    look = Inspection(shopper)
    shopper.add_to_cart(MUG)
    shopper.fill_in_checkout(EMAIL)
    shopper.order()
    shopper.pay()
    shopper.is_thanked()

    shopper.follow("Cancel")
    look.look("cancel-guest")
    shopper.press("Cancel the order")
    look.look("order-cancelled")

    assert look.faults == []


def test_wishes_and_opinions(shopper):
    look, tee = Inspection(shopper), variant(TEE, "M")
    shopper.expects(403, 422)
    customer = UserFactory(email=EMAIL, full_name="Test Buyer", password=PASSWORD)
    shopper.sign_in(EMAIL, PASSWORD)

    look.open("/wishlist/", "wishes-empty")
    shop.save_wish(customer, TEE, tee.pk)
    shop.save_wish(customer, MUG)
    look.open("/wishlist/", "wishes")
    shopper.press("Make a link to it")
    look.look("wishes-shared")
    shopper.press("Remove : Sunrise Tee")
    look.look("wishes-removed")
    look.open(f"/wishlist/shared/{shop.share_wishes(customer).token}/", "wishes-of-others")
    look.open(f"/products/{MUG}/review/", "review-not-bought")
    bought(MUG, by=customer)
    look.open(f"/products/{MUG}/review/", "review")
    shopper.press("Send the review")
    look.look("review-refused")

    assert look.faults == []
