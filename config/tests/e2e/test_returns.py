"""Second thoughts: a guest asks for a return with photos, sends it, and has the money back."""

import io
import re
import time

import pytest
from PIL import Image
from playwright.sync_api import expect

from config import books
from config.tests.e2e.furniture import MUG, variant
from config.tests.e2e.sold import sold
from config.tests.e2e.stock import stock_of
from inventory.models import Location
from payments.models import Refund
from returns import services
from returns.models import ReturnRequest

pytestmark = pytest.mark.e2e
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def photo(colour: str) -> dict[str, object]:
    file = io.BytesIO()
    Image.new("RGB", (320, 240), colour).save(file, "JPEG")
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def wait_until_closed() -> None:
    """The worker pays in a process of its own."""
    deadline = time.monotonic() + 20
    while ReturnRequest.objects.get().state != ReturnRequest.State.CLOSED:
        assert time.monotonic() < deadline, ReturnRequest.objects.values("state", "payouts__problem")
        time.sleep(0.1)


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desktop", "phone"])
def test_a_guest_sends_something_back_and_gets_the_money(shopper, mailbox, screen):
    guest, page, mug = shopper, shopper.page, variant(MUG)
    page.set_viewport_size(screen)
    order = sold(guest.shop, mug, mug)
    before = stock_of(mug).on_hand
    price = order.lines.get().unit_price
    guest.open(order.get_absolute_url())

    guest.follow("Return something")
    page.get_by_label("How many").fill("1")
    expect(page.locator("#estimate").get_by_text("Estimate", exact=True)).to_be_visible()
    page.get_by_label("Why", exact=True).select_option("damaged")
    page.get_by_label("What is the matter?").fill("The handle is broken off.")
    page.get_by_label("Photos").set_input_files([photo("teal"), photo("maroon")])
    expect(page.locator("#estimate.htmx-request")).to_have_count(0)
    guest.press("Ask for the return")
    guest.reads_title(re.compile(r"Return RMA-"))
    expect(page.locator(".photos-list img")).to_have_count(2)
    row = ReturnRequest.objects.get()
    mailbox.wait_for(order.email, row.number)

    services.ask_for_information(row, "Was the parcel damaged as well?", key="1")
    page.reload()
    page.get_by_label("Your answer").fill("No, it looked fine.")
    guest.press("Send the answer")
    guest.sees("No, it looked fine.")

    services.authorise(ReturnRequest.objects.get())
    page.reload()
    slip = page.request.get(page.get_by_role("link", name="Print the slip").get_attribute("href"))
    assert slip.body()[:5] == b"%PDF-"
    page.get_by_label("Tracking number").fill("JD0042")
    guest.press("I have sent it")
    guest.sees("JD0042")

    row = services.receive(ReturnRequest.objects.get(), {1: 1}, key="1")
    shelf = Location.objects.get(is_sellable=True)
    services.resolve(services.inspect(row, {1: services.Found(sellable=1)}, shelf=shelf))
    mailbox.wait_for(order.email, "is settled")
    wait_until_closed()
    page.reload()
    guest.sees("paid back")

    refund = Refund.objects.get()
    assert (refund.amount, refund.state) == (price, "succeeded")
    assert stock_of(mug).on_hand == before + 1
    assert books.verify().violations == []
