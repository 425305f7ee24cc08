"""The scan desk without a mouse: a reader types and presses Enter, page after page."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from config import books
from config.tests.browser import Buyer
from config.tests.e2e.furniture import MUG, TEE, variant
from config.tests.e2e.inspection import Inspection
from config.tests.e2e.stock import stock_of
from config.tests.running import RunningShop
from orders.models import Fulfilment, Order

pytestmark = pytest.mark.e2e
WHO = {"email": "packer@example.com", "password": "plum lantern seven"}


def two_mugs(shop: RunningShop) -> Order:
    """Bought and paid for by somebody without a screen."""
    buyer = Buyer(shop.url)
    for _ in range(2):
        buyer.put_into_cart(variant(MUG).pk)
    paid = buyer.press_pay(buyer.look_at_checkout("guest@example.com"))
    shop.stripe.pay(paid.headers["Location"])
    shop.stripe.control("webhooks/flush")
    return Order.objects.get()


def scan(page: Page, text: str, says: str) -> None:
    """What a reader does: type where the focus is, and press Enter."""
    expect(page.get_by_label("Scan or type")).to_be_focused()
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.locator(".scan-said").first).to_contain_text(says)


@pytest.mark.parametrize("has_script", [True, False], ids=["with scripts", "without"])
def test_an_order_is_picked_and_shipped_by_keyboard_alone(visitor, has_script):
    packer = visitor(java_script_enabled=has_script)
    page, mug = packer.page, variant(MUG)
    User.objects.create_superuser(**WHO)
    order = two_mugs(packer.shop)
    before = stock_of(mug)
    packer.sign_in(*WHO.values(), "/admin/scan/")

    scan(page, mug.sku, mug.sku)
    expect(page.get_by_role("heading", level=2)).to_have_text(mug.sku)
    if has_script:
        page.keyboard.press("F4")
    else:
        scan(page, "/pick", "Pick.")
    expect(page.locator(".scan-empty")).to_have_text("Scan the barcode of an order.")
    scan(page, order.number, f"{order.number}: 2 pieces to pick.")
    scan(page, variant(TEE, "L").sku, "does not belong to")
    expect(page.get_by_role("alert")).to_be_visible()
    scan(page, mug.sku, "1 of 2. 1 piece left.")
    scan(page, mug.sku.lower(), "All picked.")
    scan(page, "", "Now scan the tracking number")
    scan(page, "JD0001", f"{order.number} is on its way")

    parcel = Fulfilment.objects.get()
    assert (parcel.order, parcel.tracking_number) == (order, "JD0001")
    assert stock_of(mug).on_hand == before.on_hand - 2
    assert books.verify().violations == []


def test_what_is_typed_faster_than_the_answers_come_is_not_lost(shopper):
    page, mug = shopper.page, variant(MUG)
    User.objects.create_superuser(**WHO)
    shopper.sign_in(*WHO.values(), "/admin/scan/receive/")
    page.wait_for_load_state()  # From here on the script keeps what is typed.

    for _ in range(5):
        page.keyboard.type(mug.sku)
        page.keyboard.press("Enter")

    expect(page.locator(".scan-total")).to_contain_text("5")
    expect(page.get_by_label("Scan or type")).to_be_focused()


def test_the_desk_and_the_pick_list_can_be_read_by_all(shopper):
    mug = variant(MUG)
    User.objects.create_superuser(**WHO)
    order = two_mugs(shopper.shop)
    shopper.sign_in(*WHO.values(), "/admin/scan/")
    inspection = Inspection(shopper)

    for name, path in {
        "scan-thing": f"scan/?about={mug.sku}",
        "scan-track": f"scan/pick/?about={order.number}&got=2:{mug.sku}&step=track",
        "scan-receive": f"scan/receive/?got=3:{mug.sku}",
        "pick-list": "orders/order/pick-list/",
    }.items():
        inspection.glance(f"/admin/{path}", name)

    assert inspection.faults == []
