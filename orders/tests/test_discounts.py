"""What is taken off a line stays with it, to the cent: in the offer, in the order, on paper, and back."""

import json

import pytest

from orders import services as orders
from orders.services import pricing, quote
from orders.services.discounts import Reduced, Reduction
from orders.tests.factories import CartLineFactory, OrderFactory, VoucherFactory

pytestmark = pytest.mark.django_db

LINES = (
    {"variant__stock_item__sku": "MUG", "variant__price": 1999, "quantity": 3},
    {"variant__stock_item__sku": "PLATE", "variant__label": "Flat", "variant__price": 500},
)


@pytest.fixture
def reduced(monkeypatch):
    """Ten off the mugs with a code, and one off both by itself."""
    VoucherFactory(pk=1, code="TEN")
    taken = [
        Reduction("promotion 1", "One off", {"MUG": 100, "PLATE": 50}),
        Reduction("voucher 1", "Ten off", {"MUG": 1000}, code="TEN"),
    ]
    monkeypatch.setattr(quote, "reduce", lambda *_, **__: Reduced(taken))
    return taken


@pytest.mark.parametrize("included", [True, False])
def test_each_line_keeps_its_share_and_the_parts_make_the_total(reduced, settings, included):
    settings.PRICES_INCLUDE_TAX = included

    order = OrderFactory(lines=LINES)

    mugs, plate = order.lines.all()
    assert (order.subtotal, order.discount, mugs.discount, plate.discount) == (6497, 1150, 1100, 50)
    shown = [line.gross if included else line.net for line in (mugs, plate)]
    assert shown == [4897, 450]
    assert order.total == sum(shown) + order.shipping + (0 if included else order.tax)
    assert [(taken["name"], taken["code"], taken["amount"]) for taken in order.discounts] == [
        ("One off", "", 150),
        ("Ten off", "TEN", 1000),
    ]


def test_the_invoice_names_what_was_taken_off_and_its_credit_notes_take_back_what_was_paid(reduced):
    order = OrderFactory(lines=LINES)

    content = json.loads(orders.issue_invoice(order).content)
    one = json.loads(orders.issue_credit_note(order, reason="x", key="x", lines={1: 1}).content)
    rest = json.loads(orders.issue_credit_note(order, reason="y", key="y").content)

    assert content["totals"] == {
        "goods": 6497,
        "discount": 1150,
        "duty": 0,
        "shipping": 490,
        "net": 4905,
        "tax": 932,
        "total": 5837,
    }
    assert [line.get("discount") for line in content["lines"]] == [1100, 50]
    assert (one["totals"]["total"], one["totals"]["discount"], one["discounts"]) == (1633, 0, [])
    assert one["totals"]["total"] + rest["totals"]["total"] == order.total


def test_pieces_that_are_cancelled_are_worth_what_was_paid_for_them(reduced):
    mugs = OrderFactory(lines=LINES).lines.first()

    assert [orders.share_of(mugs, pieces) for pieces in range(4)] == [0, 1633, 3264, 4897]


def test_an_offer_with_another_discount_is_another_offer(monkeypatch):
    line = CartLineFactory(variant__stock_item__sku="MUG", variant__price=1000)
    plain = orders.make_quote(line.cart, country="DE").fingerprint

    monkeypatch.setattr(quote, "reduce", lambda *_, **__: Reduced([Reduction("p", "P", {"MUG": 1})]))

    assert orders.make_quote(line.cart, country="DE").fingerprint != plain


# --- duty --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("included", "goods", "rate", "duty_rate", "duty"),
    [
        (False, 10_000, 0, 500, 500),
        (False, 10_000, 2000, 500, 500),
        (True, 10_000, 0, 500, 500),
        (True, 12_000, 2000, 500, 600),  # on 100.00 without tax, and taxed like it
        (True, 0, 2000, 500, 0),
        (False, 9, 0, 500, 0),
        (False, 10, 0, 500, 1),
    ],
)
def test_duty_is_reckoned_without_tax_and_taxed_with_the_goods(
    settings, included, goods, rate, duty_rate, duty
):
    settings.PRICES_INCLUDE_TAX = included

    assert pricing._duty_on(goods, rate, duty_rate) == duty
