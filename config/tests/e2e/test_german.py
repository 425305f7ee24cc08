"""The shop in German, in a real browser: the switch, the journey, and pages that bear longer words."""

import re

import pytest
from playwright.sync_api import expect

from config import books
from config.tests.e2e.furniture import MUG, TEE
from config.tests.e2e.inspection import Inspection
from orders.models import Order

pytestmark = pytest.mark.e2e

EMAIL = "kundin@example.com"


def test_somebody_switches_to_german_and_buys_without_meeting_english_again(shopper, mailbox):
    page = shopper.page

    shopper.open(f"/products/{MUG}/?utm_source=letter")
    page.get_by_role("contentinfo").get_by_role("link", name="Deutsch").click()
    page.wait_for_url(f"**/de/products/{MUG}/")
    shopper.press("In den Warenkorb")
    shopper.sees("liegt im Warenkorb.")
    shopper.follow("Warenkorb ansehen")
    shopper.press("Eins mehr von")
    expect(page.get_by_label("Anzahl von")).to_have_value("2")
    shopper.follow("Zur Kasse")
    page.get_by_label("Land", exact=True).first.select_option(label="Österreich")
    shopper.sees("Lieferung nach: Österreich")
    shopper.fill_in(
        {
            "E-Mail-Adresse": EMAIL,
            "Vor- und Nachname": "Test Buyer",
            "Straße und Hausnummer": "Musterstrasse 1",
            "Postleitzahl": "1010",
            "Ort": "Wien",
        }
    )
    shopper.press("Zahlungspflichtig bestellen")
    page.wait_for_url(f"{shopper.shop.stripe.url}/pay/**")
    shopper.pay()
    page.wait_for_url(f"{shopper.shop.url}/de/orders/**")

    shopper.sees("Vielen Dank!")
    order = Order.objects.get(email=EMAIL)
    shopper.reads_title(f"Bestellung {order.number}")
    assert order.language == "de"
    assert "Ihre Bestellung" in mailbox.wait_for(EMAIL, order.number)["Subject"]
    page.get_by_role("contentinfo").get_by_role("link", name="English").click()
    shopper.reads_title(f"Order {order.number}")
    assert books.verify().violations == []


def test_german_words_fit_everywhere(shopper):
    look = Inspection(shopper)
    shopper.expects(422)

    look.open("/de/", "german-home")
    look.open("/de/products/?in_stock=1", "german-list")
    look.open(f"/de/products/{TEE}/", "german-product")
    look.open("/de/accounts/register/", "german-register")
    shopper.open(f"/de/products/{MUG}/")
    shopper.press("In den Warenkorb")
    shopper.sees("liegt im Warenkorb.")
    look.open("/de/cart/", "german-cart")
    look.open("/de/cart/costs/?country=CH", "german-cart-costs")
    look.open("/de/checkout/", "german-checkout")
    shopper.press("Zahlungspflichtig bestellen")
    shopper.sees(re.compile("Bitte prüfen Sie"))
    look.look("german-checkout-refused")

    assert look.faults == []
