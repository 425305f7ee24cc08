"""Staff at the console: find an order, receive goods, see what moved."""

import pytest
from playwright.sync_api import expect

from accounts.models import User
from config import books
from config.tests.browser import Buyer
from config.tests.e2e.furniture import MUG, variant
from config.tests.e2e.stock import stock_of
from config.tests.running import RunningShop
from inventory.models import StockMovement
from orders.models import Order

pytestmark = pytest.mark.e2e


def placed_order(shop: RunningShop) -> Order:
    """One mug, bought and paid for by somebody without a screen."""
    buyer = Buyer(shop.url)
    buyer.put_into_cart(variant(MUG).pk)
    paid = buyer.press_pay(buyer.look_at_checkout("guest@example.com"))
    shop.stripe.pay(paid.headers["Location"])
    shop.stripe.control("webhooks/flush")
    return Order.objects.get()


def test_staff_find_an_order_receive_stock_and_see_the_movement(shopper):
    page, mug = shopper.page, variant(MUG)
    owner = User.objects.create_superuser(email="owner@example.com", password="plum lantern seven")
    order = placed_order(shopper.shop)
    before = stock_of(mug)

    shopper.open("/admin/")
    shopper.fill_in({"E-mail": owner.email})
    page.get_by_label("Password").fill("plum lantern seven")
    shopper.press("Sign in")
    page.locator(".model-order").get_by_role("link", name="Orders").click()
    page.get_by_role("searchbox").fill("guest@example.com")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=order.number).click()
    expect(page.get_by_role("main")).to_contain_text("guest@example.com")

    shopper.open("/admin/inventory/stockitem/")
    page.get_by_role("searchbox").fill(mug.sku)
    page.keyboard.press("Enter")
    page.get_by_role("link", name=mug.sku, exact=True).click()
    page.get_by_role("link", name="Receive", exact=True).click()
    page.get_by_label("Pieces that arrived").fill("12")
    page.get_by_label("Receipt number or note").fill("DN-20431")
    shopper.press("Continue")
    expect(page.get_by_role("main")).to_contain_text(f"{before.on_hand} → {before.on_hand + 12}")
    shopper.press("Receive")
    expect(page.get_by_role("main")).to_contain_text("DN-20431")

    assert stock_of(mug).on_hand == before.on_hand + 12
    moved = StockMovement.objects.filter(item=mug.stock_item).latest("pk")
    assert (moved.kind, moved.on_hand_delta, moved.reason, moved.actor) == ("receive", 12, "DN-20431", owner)
    assert books.verify().violations == []
