"""Many at once want the last uses of a voucher, through the real doors."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from config.tests.browser import Buyer
from config.tests.running import RunningShop
from orders.models import Checkout, Order
from orders.services import quotas
from orders.tests.factories import VoucherFactory
from payments.tests.conftest import make_rates
from shop.tests.factories import VariantFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time"),
]


class Visitor(Buyer):
    """A buyer with an address of their own, as the proxy tells it: codes are tried so often per address."""

    number = 0

    def _exchange(self, method, target, body, headers):
        headers["X-Forwarded-For"] = f"192.0.2.{self.number}"
        return super()._exchange(method, target, body, headers)


def _press_all_at_once(shop, voucher, emails):
    """Let a visitor for each address come up to the last button with the voucher, and press it together."""
    variant = VariantFactory(stock=1000, price=2000).pk
    queue = []

    def come_up(number):
        visitor = Visitor(shop.url)
        visitor.number = number
        assert visitor.put_into_cart(variant).status == 303
        assert visitor.post("/cart/voucher/", {"code": voucher.code.lower()}).status == 303
        fields = visitor.look_at_checkout(emails[number])
        visitor.close()
        queue.append((visitor, fields))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(come_up, range(len(emails))))
    gate, results = threading.Barrier(len(queue)), []

    def press(visitor, fields):
        gate.wait(120)
        results.append((visitor, visitor.press_pay(fields)))
        visitor.close()

    threads = [threading.Thread(target=press, args=pair) for pair in queue]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_fifty_that_want_one_of_five_uses_five_get_it_and_the_others_are_told():
    make_rates()
    voucher = VoucherFactory(limit=5)
    with RunningShop(TRUSTED_PROXY="on") as shop:
        results = _press_all_at_once(shop, voucher, [f"buyer{number}@example.org" for number in range(50)])

        assert Counter(answer.status for _, answer in results) == {303: 5, 409: 45}, shop.said()
        for _, answer in results:
            if answer.status == 409:
                assert "This voucher is used up." in answer.text
            else:
                shop.stripe.pay(answer.headers["Location"])
        shop.stripe.control("webhooks/flush", timeout=60)
        loser = next(visitor for visitor, answer in results if answer.status == 409)
        without = loser.press_pay(loser.look_at_checkout("buyer@example.net"))

    assert without.status == 303
    assert quotas.taken([voucher.reference]) == {voucher.reference: 5}
    placed = Order.objects.values_list("discount", flat=True)
    assert list(placed) == [200] * 5
    assert Checkout.objects.get(state="awaiting_payment").discount == 0


@pytest.mark.broken_books
def test_without_the_guard_it_is_used_too_often():
    make_rates()
    voucher = VoucherFactory(limit=2)
    with RunningShop(
        app="config.tests.unguarded:application", TAKE_DOWN="limits", TRUSTED_PROXY="on"
    ) as shop:
        results = _press_all_at_once(shop, voucher, [f"buyer{number}@example.org" for number in range(10)])

    assert {answer.status for _, answer in results} == {303}
    assert quotas.taken([voucher.reference]) == {voucher.reference: 10}


def test_twenty_tabs_of_one_customer_with_twenty_spellings_use_it_once():
    make_rates()
    voucher = VoucherFactory(per_customer=1)
    spellings = [
        f"{local}{tag}@{domain}"
        for local in ("ada.b", "adab", "A.D.A.B", "a.dab", "ADAB")
        for tag in ("", "+shop")
        for domain in ("gmail.com", "GoogleMail.com")
    ]
    with RunningShop(TRUSTED_PROXY="on") as shop:
        results = _press_all_at_once(shop, voucher, spellings)

        assert Counter(answer.status for _, answer in results) == {303: 1, 409: 19}, shop.said()
        for _, answer in results:
            assert answer.status == 303 or "You have used this voucher already." in answer.text

    assert quotas.taken([voucher.reference]) == {voucher.reference: 1}
