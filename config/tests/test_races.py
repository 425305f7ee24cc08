"""Many at once, through the real doors: gunicorn in its own processes, PostgreSQL, the simulator over HTTP.

Each race has a negative control: with the guard or the unique key taken away it must be lost.
"""

import random
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from config.tests.browser import Buyer
from config.tests.running import RunningShop
from config.tests.thorough import size as size_of
from inventory.models import StockLevel
from orders.models import Checkout, Order
from payments.tests.conftest import make_rates
from shop.tests.factories import VariantFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def press_all_at_once(
    shop: RunningShop,
    variants: list[int],
    buyers: int,
    *,
    emails: Sequence[str] = ("buyer{number}@example.org",),
) -> list[tuple[Buyer, int, str]]:
    """Let everybody come up to the last button, and press it together; (buyer, status, where it led).

    `emails` are taken in turn.
    """
    queue = []

    def come_up(number: int) -> None:
        buyer = Buyer(shop.url)
        assert buyer.put_into_cart(variants[number % len(variants)]).status == 303
        email = emails[number % len(emails)].format(number=number)
        queue.append((buyer, buyer.look_at_checkout(email)))
        buyer.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(come_up, range(buyers)))
    gate = threading.Barrier(buyers)
    results = []

    def press(buyer: Buyer, fields: dict[str, str]) -> None:
        gate.wait(120)
        answer = buyer.press_pay(fields)
        results.append((buyer, answer.status, answer.headers.get("Location", "")))
        buyer.close()

    threads = [threading.Thread(target=press, args=pair) for pair in queue]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def oversell(shop: RunningShop, buyers: int, stock: int) -> tuple[Counter, StockLevel, list]:
    variant = VariantFactory(stock=stock, price=1000)
    results = press_all_at_once(shop, [variant.pk], buyers)
    return (
        Counter(status for _, status, _ in results),
        StockLevel.objects.get(item=variant.stock_item),
        results,
    )


@pytest.fixture
def size():
    """(buyers, units): what each database is promised to bear on one machine."""
    return size_of((120, 12), (500, 50)) if connection.vendor == "postgresql" else (24, 6)


def test_a_crowd_buys_what_there_is_and_not_one_more(size):
    buyers, stock = size
    make_rates()
    with RunningShop() as shop:
        statuses, level, results = oversell(shop, buyers, stock)

        assert statuses == {303: stock, 409: buyers - stock}, shop.said()
        assert (level.on_hand, level.reserved, level.allocated) == (stock, stock, 0)
        _when_a_hold_ends_the_next_one_gets_it(shop, results, level)
        for _, status, page in results:
            if status == 303:
                shop.stripe.pay(page)
        shop.stripe.control("webhooks/flush", timeout=60)

    level.refresh_from_db()
    assert Order.objects.count() == stock
    assert (level.on_hand, level.reserved, level.allocated) == (stock, 0, stock)


def _when_a_hold_ends_the_next_one_gets_it(shop: RunningShop, results: list, level: StockLevel) -> None:
    winner = next(index for index, (_, status, _) in enumerate(results) if status == 303)
    loser = next(index for index, (_, status, _) in enumerate(results) if status == 409)
    checkout = Checkout.objects.get(payment__session_url=results[winner][2])
    page = results[winner][0].get(f"/checkout/cancelled/{checkout.token}/")
    ended = results[winner][0].post(f"/checkout/cancelled/{checkout.token}/", page.form("").fields)
    assert ended.status == 302
    level.refresh_from_db()
    assert level.available == 1

    buyer = results[loser][0]
    answer = buyer.press_pay(buyer.look_at_checkout())

    assert answer.status == 303
    results[winner] = (buyer, 0, "")
    results[loser] = (buyer, answer.status, answer.headers["Location"])


def test_the_guard_in_the_update_is_enough_by_itself():
    make_rates()
    with RunningShop(app="config.tests.unguarded:application", TAKE_DOWN="looks") as shop:
        statuses, level, _ = oversell(shop, buyers=40, stock=5)

    assert statuses == {303: 5, 409: 35}
    assert level.reserved == 5


@pytest.mark.broken_books
def test_without_the_guard_the_crowd_is_sold_too_much():
    make_rates()
    with RunningShop(app="config.tests.unguarded:application", TAKE_DOWN="guard") as shop:
        statuses, level, _ = oversell(shop, buyers=40, stock=5)

    assert statuses == {303: 40}
    assert level.available == -35


@pytest.mark.postgres
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite lets one write at a time.")
def test_sixty_carts_of_five_things_in_any_order_never_wait_in_a_circle():
    make_rates()
    variants = [VariantFactory(stock=1000, price=500).pk for _ in range(12)]
    with RunningShop() as shop:
        fields = []

        def fill(number: int) -> None:
            buyer = Buyer(shop.url)
            for variant in random.Random(number).sample(variants, 5):
                buyer.put_into_cart(variant)
            fields.append((buyer, buyer.look_at_checkout()))
            buyer.close()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(fill, range(60)))
        with ThreadPoolExecutor(60) as pool:
            statuses = Counter(pool.map(lambda pair: pair[0].press_pay(pair[1]).status, fields))

        assert statuses == {303: 60}, shop.said()
    assert sum(StockLevel.objects.values_list("reserved", flat=True)) == 300
