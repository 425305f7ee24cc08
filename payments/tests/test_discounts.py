"""What is taken off is taken off at Stripe as well: the payment page adds up to the order's total."""

import pytest

from orders.services import quote
from orders.services.discounts import Reduced, Reduction
from payments import gateway, services
from payments.tests.conftest import make_till
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def till():
    """Three mugs at 19.99 and a plate at 5.00."""
    till = make_till(quantity=3)
    till.put(VariantFactory(stock_item__sku="PLATE", price=500, stock=5), 1)
    return till


def _take_off(monkeypatch, till, *, mugs, plate):
    taken = Reduction("promotion 1", "Off", {till.mug.sku: mugs, "PLATE": plate})
    monkeypatch.setattr(quote, "reduce", lambda *_, **__: Reduced([taken]))


def _items(payment):
    """(name, pieces, price) of what the payment page asks for."""
    return [
        (item["price_data"]["product_data"]["name"], item["quantity"], item["price_data"]["unit_amount"])
        for item in gateway.session_params(payment.checkout)["line_items"]
    ]


@pytest.mark.parametrize("included", [True, False])
def test_the_payment_page_asks_for_the_reduced_total_and_it_is_what_is_ordered(
    monkeypatch, settings, stripe, till, included
):
    settings.PRICES_INCLUDE_TAX = included
    _take_off(monkeypatch, till, mugs=1100, plate=50)

    payment = till.start()
    session = gateway.retrieve_session(payment.session_id)
    stripe.pay(payment)
    order = services.prove_payment(payment).order

    assert order.discount == 1150
    assert session.amount == order.total == sum(pieces * price for _, pieces, price in _items(payment))
    name, pieces, price = _items(payment)[0]
    assert (name, pieces, price) == (f"3 × {till.mug}", 1, 4897)


def test_pieces_that_can_be_divided_stay_pieces_and_what_is_free_is_left_out(monkeypatch, stripe, till):
    _take_off(monkeypatch, till, mugs=300, plate=500)

    payment = till.start()

    assert [(pieces, price) for _name, pieces, price in _items(payment)] == [(3, 1899), (1, 490)]
