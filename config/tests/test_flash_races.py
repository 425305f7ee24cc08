"""A flash sale in a rush: its pieces and each customer's share, through gunicorn and real connections."""

from collections import Counter

import pytest
from django.db import connection

from config import books
from config.tests.running import RunningShop
from config.tests.test_races import press_all_at_once
from config.tests.thorough import size as size_of
from orders.models import Checkout, Order
from orders.services import quotas
from payments.tests.conftest import make_rates
from shop.models import FlashSale
from shop.tests.factories import FlashSaleFactory, VariantFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SPELLINGS = (
    "one.buyer@gmail.com",
    "onebuyer@gmail.com",
    "One.Buyer@Gmail.com",
    "o.n.e.buyer+{number}@gmail.com",
    "onebuyer@googlemail.com",
)


def sale_of(cap: int, limit: int) -> FlashSale:
    """There is more on the shelf than the sale gives away."""
    return FlashSaleFactory(variant=VariantFactory(stock=500, price=1999), cap=cap, limit=limit)


def test_twenty_tabs_and_five_spellings_of_one_customer_get_one_piece():
    sale = sale_of(cap=50, limit=1)
    make_rates()
    with RunningShop() as shop:
        results = press_all_at_once(shop, [sale.variant_id], 20, emails=SPELLINGS)

        assert Counter(status for _, status, _ in results) == {303: 1, 409: 19}, shop.said()
    assert quotas.taken([sale.quota]) == {sale.quota: 1}
    assert Checkout.objects.get().lines[0]["unit_price"] == 1200
    assert books.verify().violations == []


@pytest.fixture
def size():
    """(buyers, pieces): what each database is promised to bear on one machine."""
    return size_of((100, 10), (200, 20)) if connection.vendor == "postgresql" else (16, 4)


def test_a_crowd_gets_the_pieces_of_the_sale_and_the_rest_is_told(size):
    buyers, cap = size
    sale = sale_of(cap=cap, limit=1)
    make_rates()
    with RunningShop() as shop:
        results = press_all_at_once(shop, [sale.variant_id], buyers)

        assert Counter(status for _, status, _ in results) == {303: cap, 409: buyers - cap}, shop.said()
        loser = next(buyer for buyer, status, _ in results if status == 409)
        assert "The flash sale is sold out" in loser.get("/cart/").text
        _what_is_given_back_is_sold_again(results, loser, sale)
        for _, status, page in results:
            if status == 303:
                shop.stripe.pay(page)
        shop.stripe.control("webhooks/flush", timeout=60)

    assert Order.objects.count() == cap - 1
    assert quotas.taken([sale.quota]) == {sale.quota: cap - 1}
    assert books.verify().violations == []


def _what_is_given_back_is_sold_again(results: list, loser, sale: FlashSale) -> None:
    """One calls it off: the next looks at the flash price at once."""
    place = next(index for index, (_, status, _) in enumerate(results) if status == 303)
    winner, _, page = results[place]
    checkout = Checkout.objects.get(payment__session_url=page)
    form = winner.get(f"/checkout/cancelled/{checkout.token}/").form("")
    assert winner.post(f"/checkout/cancelled/{checkout.token}/", form.fields).status == 302
    assert "€12.00" in loser.get("/cart/").text
    results[place] = (winner, 0, "")
    assert quotas.taken([sale.quota]) == {sale.quota: sale.cap - 1}
