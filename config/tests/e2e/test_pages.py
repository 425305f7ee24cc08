"""Every page that customers meet: without barriers, light and dark, from a small phone to a desk."""

import pytest

from accounts.tests.factories import UserFactory
from config.tests.e2e.furniture import MUG, TEE, variant
from config.tests.e2e.inspection import Inspection
from inventory import services as inventory
from inventory.models import Location

pytestmark = pytest.mark.e2e

EMAIL, PASSWORD = "customer@example.com", "plum lantern seven"


def test_the_content_security_policy_is_in_force_and_these_tests_hear_it(shopper):
    shopper.open("/")
    shopper.page.evaluate("document.body.setAttribute('style', 'color: red')")
    shopper.page.wait_for_timeout(100)

    assert any("Content Security Policy" in complaint for complaint in shopper.complaints)
    shopper.complaints.clear()


def test_the_shop_and_its_doors(shopper):
    look = Inspection(shopper)
    shopper.expects(404, 422)

    look.open("/", "home")
    look.open("/products/", "list")
    look.open("/products/?q=tee&in_stock=1&sort=price", "search")
    look.open("/products/?q=nothing+of+the+sort", "search-nothing")
    look.open("/category/wear/", "category")
    look.open(f"/products/{TEE}/", "product")
    look.open(f"/products/{MUG}/", "product-plain")
    look.open("/cart/", "cart-empty")
    look.open("/nowhere/", "not-found")
    look.open("/orders/find/", "find")
    look.open("/accounts/login/", "login")
    shopper.fill_in({"E-mail": EMAIL})
    shopper.page.get_by_label("Password").fill("not this one")
    shopper.press("Sign in")
    look.look("login-refused")
    look.open("/accounts/register/", "register")
    look.open("/accounts/password/reset/", "reset")

    assert look.faults == []


def test_a_purchase_page_by_page(shopper):
    look, page, mug = Inspection(shopper), shopper.page, variant(MUG)
    shopper.expects(409, 422)

    shopper.add_to_cart(TEE, "M")
    look.look("product-added")
    shopper.add_to_cart(MUG)
    look.open("/cart/", "cart")
    look.open("/checkout/", "checkout")
    shopper.press("Order and pay")
    shopper.sees("Please look at")
    look.look("checkout-refused")
    shopper.fill_in_checkout(EMAIL)
    inventory.adjust(mug.sku, -64, location=Location.objects.get(), cause="test", reason="All were broken.")
    shopper.press("Order and pay")
    shopper.sees("Not everything is there any more")
    look.look("checkout-sold-out")
    look.open("/cart/", "cart-sold-out")
    shopper.open("/cart/")  # axe leaves styles behind, which htmx would carry over and the policy stop
    shopper.press("Remove Terrazzo Mug")
    shopper.sees("was removed.")
    look.look("cart-removed")
    shopper.fill_in_checkout(EMAIL)
    page.get_by_label("The billing address is the same").uncheck()
    look.look("checkout-billing")
    page.get_by_label("The billing address is the same").check()
    shopper.order()
    look.look("payment")
    page.get_by_role("link", name="Back to").first.click()
    shopper.reads_title("You have not paid yet")
    look.look("cancelled")
    page.get_by_role("link", name="Continue to payment").click()
    stripe = shopper.shop.stripe
    stripe.control("webhooks", mode="drop")
    stripe.control("faults", endpoint="GET /v1/checkout/sessions/{id}", kind="error_500", times=50)
    shopper.pay()
    shopper.reads_title("Your payment is being confirmed")
    look.look("confirming")
    stripe.control("faults", method="DELETE")
    stripe.control("webhooks", mode="normal")
    shopper.is_thanked()
    look.look("order")

    assert look.faults == []


def test_the_pages_of_a_customer(shopper):
    look = Inspection(shopper)
    UserFactory(email=EMAIL, full_name="Test Buyer", password=PASSWORD)
    shopper.open("/accounts/login/")
    shopper.fill_in({"E-mail": EMAIL})
    shopper.page.get_by_label("Password").fill(PASSWORD)
    shopper.press("Sign in")
    shopper.reads_title("Your orders")
    look.look("history-empty")
    shopper.add_to_cart(MUG)
    shopper.fill_in_checkout(EMAIL)
    shopper.order()
    shopper.pay()
    shopper.is_thanked()

    look.open("/orders/", "history")
    look.open("/accounts/profile/", "profile")
    look.open("/accounts/password/change/", "password-change")
    look.open("/accounts/email/change/", "email-change")

    assert look.faults == []
