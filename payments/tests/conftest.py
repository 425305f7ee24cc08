"""A shop with a cart, and a Stripe to pay at: the simulator, through the real package."""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

import pytest

from orders import services as orders
from orders.models import Cart, CartLine, ShippingMethod, TaxRate
from payments import services
from payments.models import Payment
from payments.simulator import Simulator
from shop.models import Variant
from shop.tests.factories import VariantFactory

ADDRESS = {
    "name": "Test Buyer",
    "company": "",
    "street": "Musterstrasse 1",
    "street2": "",
    "postcode": "10115",
    "city": "Berlin",
    "region": "",
    "country": "DE",
    "phone": "",
}


class Stripe:
    """The simulator with its control API as methods."""

    def __init__(self, simulator: Simulator, settings: Any):
        self.simulator, self.settings = simulator, settings

    def control(self, path: str, method: str = "POST", **body: object) -> dict:
        request = urllib.request.Request(  # noqa: S310 (of this machine)
            f"{self.simulator.url}/_control/{path}",
            data=json.dumps(body).encode() if method == "POST" else None,
            headers={"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 (of this machine)
            return json.loads(answer.read())

    def pay(self, payment: Payment, **body: object) -> dict:
        return self.control(f"sessions/{payment.session_id}/pay", **body)

    def fault(self, endpoint: str, kind: str, times: int = 1, seconds: float = 1) -> None:
        if kind.startswith("hang"):
            self.settings.STRIPE_TIMEOUT_SECONDS = 1.5  # nobody waits longer than a test of waiting needs
        self.control("faults", endpoint=endpoint, kind=kind, times=times, seconds=seconds)

    def calls(self, endpoint: str) -> int:
        return self.control("stats", "GET")["calls"].get(endpoint, 0)


@pytest.fixture
def stripe(tmp_path, settings):
    """Stripe answers, and tells nobody unless a test delivers its events."""
    with Simulator(tmp_path / "stripe.sqlite3", control=True) as simulator:
        settings.STRIPE_API_BASE = simulator.url
        yield Stripe(simulator, settings)


@dataclass
class Till:
    """A cart with two mugs in it and what its customer typed."""

    cart: Cart
    mug: Variant
    details: orders.CheckoutDetails

    @property
    def quote(self) -> orders.Quote:
        return orders.make_quote(self.cart, country="DE", method_id=self.details.method_id)

    def start(self) -> Payment:
        """Press the button; the payment that it opened."""
        services.start_payment(self.cart, self.details, agreed=self.quote.fingerprint)
        return Payment.objects.select_related("checkout").latest("pk")

    def put(self, variant: Variant, quantity: int) -> None:
        CartLine.objects.update_or_create(
            cart=self.cart, variant=variant, defaults={"quantity": quantity, "seen_price": variant.price}
        )


def make_rates() -> ShippingMethod:
    """Parcel for 4.90 everywhere, and the German rates."""
    for tax_class, rate in (("standard", 1900), ("reduced", 700)):
        TaxRate.objects.get_or_create(
            country="DE", tax_class=tax_class, defaults={"rate": rate, "valid_from": "2020-01-01"}
        )
    return ShippingMethod.objects.get_or_create(name="Parcel", defaults={"flat_price": 490})[0]


def make_till(*, stock: int = 10, quantity: int = 2, mug: Variant | None = None) -> Till:
    mug = mug or VariantFactory(stock=stock, price=1999)
    cart = Cart.objects.create()
    till = Till(cart, mug, orders.CheckoutDetails("buyer@example.org", ADDRESS, ADDRESS, make_rates().pk))
    till.put(mug, quantity)
    return till


@pytest.fixture
def till(db) -> Till:
    return make_till()
