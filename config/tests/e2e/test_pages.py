"""Every page that customers meet: without barriers, light and dark, from a small phone to a desk."""

import pytest
from playwright.sync_api import expect

from accounts import links
from accounts.tests.factories import StaffFactory, UserFactory
from config.tests.e2e.furniture import MUG, TEE, variant
from config.tests.e2e.inspection import Inspection, path_of
from config.tests.e2e.shopper import DECLINED_CARD
from inventory import services as inventory
from inventory.models import Location
from shop import waiting_links
from shop.services import begin_pages
from shop.tests.factories import ReviewFactory, StockRequestFactory

pytestmark = pytest.mark.e2e

EMAIL, PASSWORD = "customer@example.com", "plum lantern seven"


def test_the_content_security_policy_is_in_force_and_these_tests_hear_it(shopper):
    shopper.open("/")
    shopper.page.evaluate("document.body.setAttribute('style', 'color: red')")
    shopper.page.wait_for_timeout(100)

    assert any("Content Security Policy" in complaint for complaint in shopper.complaints)
    shopper.complaints.clear()


def test_the_shop_window(shopper):
    look, page = Inspection(shopper), shopper.page
    shopper.expects(422)
    begin_pages(is_published=True)
    tee = variant(TEE, "M").product
    for stars in (5, 3):
        ReviewFactory(product=tee, rating=stars, approved_by=StaffFactory())

    look.open("/", "home")
    look.open("/products/", "list")
    look.open("/products/?size=M&in_stock=1&sort=price", "list-narrowed")
    look.open("/products/?q=tee", "search")
    look.open("/products/?q=nothing+of+the+sort", "search-nothing")
    shopper.open("/")
    page.get_by_label("Search the shop").press_sequentially("te")
    expect(page.get_by_role("option").first).to_be_visible()
    look.look("search-suggestions")
    look.open("/category/wear/", "category")
    look.open(f"/products/{TEE}/", "product")
    look.open(f"/products/{TEE}/reviews/", "reviews")
    look.open(f"/products/{MUG}/", "product-plain")
    for slug in ("about", "delivery", "terms"):
        look.open(f"/pages/{slug}/", f"page-{slug}")
    look.open("/contact/", "contact")
    shopper.press("Send")
    look.look("contact-refused")
    look.open("/contact/sent/", "contact-sent")

    assert look.faults == []


def test_what_went_wrong(shopper):
    look, page = Inspection(shopper), shopper.page
    shopper.expects(400, 403, 404, 405, 429)

    look.open("/nowhere/", "not-found")
    look.open("/products/%00/", "bad-request")
    look.open("/cart/add/", "wrong-method")
    shopper.open("/accounts/login/")
    page.locator("form[method=post] [name=csrfmiddlewaretoken]").evaluate("field => { field.value = 'x'; }")
    shopper.fill_in({"E-mail": EMAIL})
    page.get_by_label("Password").fill("not this one")
    shopper.press("Sign in")
    shopper.reads_title("Please send that again")
    look.look("forbidden")
    for _ in range(31):
        page.request.get("/orders/g/there-is-none/")
    look.open("/orders/g/there-is-none/", "too-many")
    shopper.reads_title("That was a little fast")

    assert look.faults == []


def test_the_doors(shopper):
    look, page = Inspection(shopper), shopper.page
    shopper.expects(404, 422)
    known = UserFactory(email=EMAIL, password=PASSWORD)

    look.open("/orders/find/", "find")
    shopper.press("Mail me the link")
    look.look("find-refused")
    look.open("/accounts/login/", "login")
    shopper.fill_in({"E-mail": EMAIL})
    page.get_by_label("Password").fill("not this one")
    shopper.press("Sign in")
    look.look("login-refused")
    look.open("/accounts/register/", "register")
    shopper.fill_in({"E-mail": "not an address"})
    page.locator("main form").evaluate("form => { form.noValidate = true; }")
    shopper.press("Send me the link")
    look.look("register-refused")
    look.open("/accounts/register/sent/", "register-sent")
    look.open(path_of(links.registration_link(links.Registration("new@example.com"))), "register-confirm")
    page.get_by_label("New password").fill("password")
    shopper.press("Create my account")
    look.look("register-confirm-refused")
    look.open("/accounts/register/no-such-link/", "register-link-ended")
    look.open("/accounts/password/reset/", "reset")
    look.open("/accounts/password/reset/sent/", "reset-sent")
    look.open(path_of(links.password_link(known)), "reset-confirm")
    look.open("/accounts/password/reset/MQ/no-such-link/", "reset-link-ended")

    assert look.faults == []


def test_what_is_sold_out(shopper):
    look, page, mug = Inspection(shopper), shopper.page, variant(MUG)
    shopper.expects(404, 422)
    inventory.adjust(mug.sku, -64, location=Location.objects.get(), cause="test", reason="All were broken.")
    waiting = StockRequestFactory(variant=mug, confirmed_at=None)

    look.open(f"/products/{MUG}/", "product-sold-out")
    shopper.open(
        f"/products/{MUG}/"
    )  # axe leaves styles behind, which htmx would carry over and the policy stop
    shopper.follow("Tell me when it is back")
    expect(page.get_by_role("button", name="Tell me")).to_be_visible()
    look.look("product-sold-out-asked")
    look.open(f"/products/{MUG}/notify/", "stock-request")
    shopper.open(f"/products/{MUG}/notify/")
    shopper.press("Tell me")
    expect(page.get_by_role("textbox", name="E-mail address")).to_have_attribute("aria-invalid", "true")
    look.look("stock-request-refused")
    look.open(path_of(waiting_links.confirm_link(waiting.pk)), "stock-confirm")
    shopper.press("Yes, tell me")
    look.look("stock-confirmed")
    look.open(path_of(waiting_links.stop_link(waiting.pk)), "stock-stop")
    shopper.press("Do not write to me")
    look.look("stock-stopped")
    look.open("/back-in-stock/confirm/no-such-link/", "stock-link-ended")

    assert look.faults == []


def test_a_purchase_page_by_page(shopper):
    look, page, mug = Inspection(shopper), shopper.page, variant(MUG)
    shopper.expects(402, 409, 422)

    look.open("/cart/", "cart-empty")
    shopper.add_to_cart(TEE, "M")
    expect(page.get_by_role("dialog", name="Cart")).to_be_visible()
    look.look("mini-cart")
    shopper.add_to_cart(MUG)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Cart")).to_be_hidden()
    look.look("product-added")
    look.open("/cart/", "cart")
    look.open("/cart/costs/?country=CH", "cart-costs")
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
    shopper.pay(DECLINED_CARD)
    expect(page.get_by_role("alert")).to_contain_text("declined")
    look.look("payment-declined")
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


def test_an_order_whose_payment_page_comes_later_is_told_so_and_the_page_shows_it_by_itself(shopper):
    look, stripe, page = Inspection(shopper), shopper.shop.stripe, shopper.page
    shopper.add_to_cart(MUG)
    shopper.fill_in_checkout(EMAIL)
    stripe.control("faults", endpoint="*", kind="error_500", times=500)

    shopper.press("Order and pay")
    shopper.reads_title("We have your order; you can pay a little later")
    look.look("waiting")
    stripe.control("faults", method="DELETE")
    expect(page.get_by_role("link", name="Continue to payment")).to_be_visible(timeout=90_000)
    look.look("waiting-over")
    page.get_by_role("link", name="Continue to payment").click()
    shopper.pay()
    shopper.is_thanked()

    assert look.faults == []
