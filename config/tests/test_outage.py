"""Stripe goes away and comes back while the shop runs: every process knows within seconds, and none needs a restart."""

import random
import re
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from config import books, breaker
from config.models import BreakerState, PeriodicJob
from config.tests.browser import Browser, Buyer
from config.tests.helpers import run_tasks
from config.tests.running import RunningShop
from inventory.models import StockLevel
from orders.models import Checkout, Order
from payments import gateway, services
from payments.models import Payment
from payments.tests.conftest import make_rates, make_till
from shop.tests.factories import VariantFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="Outages run on PostgreSQL; make test has none."
    ),
]
QUICK = {"STRIPE_TIMEOUT_SECONDS": "1", "BREAKER_COOL_DOWN_SECONDS": "5"}


def come_back(shop: RunningShop, session_id: str) -> float:
    """Load the page that asks Stripe; how long that took, in seconds."""
    began = time.monotonic()
    Browser(shop.url).get(f"/checkout/done/?session_id={session_id}")
    return time.monotonic() - began


def calls(shop: RunningShop) -> int:
    return sum(shop.stripe.control("stats", "GET")["calls"].values())


def state() -> str:
    return BreakerState.objects.get(name="stripe").state


def test_a_silent_stripe_is_asked_by_no_worker_any_more_and_all_go_on_when_it_answers():
    with RunningShop(workers=3, **QUICK) as shop, ThreadPoolExecutor(24) as pool:
        payment = make_till(mug=VariantFactory(stock=9, price=1000), quantity=1).start()
        shop.stripe.control("webhooks", mode="drop")
        shop.stripe.control("faults", endpoint="*", kind="hang", times=1000, seconds=60)

        slow = list(pool.map(lambda _: come_back(shop, payment.session_id), range(8)))
        time.sleep(1.2)  # a process looks again every second
        before = calls(shop)
        quick = list(pool.map(lambda _: come_back(shop, payment.session_id), range(48)))

        assert state() == "open", shop.said()
        assert max(slow) > 1 > max(quick)
        assert calls(shop) == before

        shop.stripe.control("faults", "DELETE")
        shop.stripe.pay(payment.session_url)
        deadline = time.monotonic() + 12
        while state() != "closed":
            assert time.monotonic() < deadline, shop.said()
            come_back(shop, payment.session_id)
            time.sleep(0.2)  # until the breaker is closed again; the deadline ends it
        time.sleep(1.2)  # and all have heard of it
        before = calls(shop)
        other = make_till(mug=VariantFactory(stock=9, price=1000), quantity=1).start()
        list(pool.map(lambda _: come_back(shop, other.session_id), range(24)))
        assert calls(shop) >= before + 25

    payment.refresh_from_db()
    assert payment.state == "authorised"


def test_orders_taken_while_stripe_is_silent_are_quick_held_and_paid_when_it_is_back():
    make_rates()
    mug = VariantFactory(stock=50, price=1000)
    took: list[float] = []

    def buy(number: int) -> tuple[Buyer, int, str]:
        buyer = Buyer(shop.url)
        buyer.put_into_cart(mug.pk)
        fields = buyer.look_at_checkout(f"buyer{number}@example.org")
        began = time.monotonic()
        answer = buyer.press_pay(fields)
        took.append(time.monotonic() - began)
        return buyer, answer.status, answer.headers.get("Location", "")

    with RunningShop(**QUICK) as shop, ThreadPoolExecutor(8) as pool:
        shop.stripe.control("faults", endpoint="*", kind="hang", times=1000, seconds=60)
        led = list(pool.map(buy, range(24)))

        assert Counter(status for _, status, _ in led) == {303: 24}
        assert all(address.startswith("/checkout/waiting/") for _, _, address in led)
        assert max(took) < 8
        assert sorted(took)[11] < 1  # most were answered by a shop that does not ask
        assert StockLevel.objects.get(item=mug.stock_item).reserved == 24

        shop.stripe.control("faults", "DELETE")
        time.sleep(6)  # the cool-down of five, and a moment
        until(lambda: services.open_links().undecided == 0, shop)
        for buyer, _, address in led:
            page = re.search(r'href="(http[^"]+/pay/[^"]+)"', buyer.get(address).text)
            assert page, buyer.get(address).text
            shop.stripe.pay(page[1], wait=20)

        assert Order.objects.count() == 24, shop.said()
        assert {buyer.get(address).status for buyer, _, address in led} == {302}
    assert books.verify().violations == []


def test_a_worker_that_dies_while_it_opens_pages_opens_each_once(settings):
    mug = VariantFactory(stock=50, price=1000)
    with RunningShop() as shop:
        settings.PUBLIC_BASE_URL = shop.url
        breaker.make_rows()
        away = BreakerState(name="stripe", state="open", try_at=timezone.now() + timedelta(days=1))
        gateway.breaker.assume(away)
        payments = [make_till(mug=mug, quantity=1).start() for _ in range(40)]
        gateway.breaker.assume()
        shop.stripe.control(
            "faults", endpoint="POST /v1/checkout/sessions", kind="delay", times=99, seconds=0.05
        )

        for left in (30, 20, 10):
            PeriodicJob.objects.filter(name="open payment links").update(next_run_at=timezone.now())
            shop._spawn("manage.py", "worker")
            until(lambda left=left: services.waiting_for_links().count() <= left, shop)
            time.sleep(random.uniform(0, 0.05))  # at some point of its work, another one each time
            shop.processes[-1].send_signal(signal.SIGKILL)
            shop.processes[-1].wait()
        shop.stripe.control("faults", "DELETE")
        until(
            lambda: services.open_links().undecided == 0, shop
        )  # a dead worker's request may still be under way
        run_tasks()

        sessions = Counter(each.number for each in gateway.list_sessions(since=payments[0].created_at))
        mailed = [*shop.mail_folder.glob("*")] if shop.mail_folder.exists() else []
        said = "".join(path.read_text() for path in mailed)
    assert sessions == {payment.checkout.number: 1 for payment in payments}
    assert set(Checkout.objects.values_list("state", flat=True)) == {"awaiting_payment"}
    assert Payment.objects.exclude(session_id=None).count() == 40
    told = set(re.findall(r"Message-ID: (<[^>]+>)", said)) | {
        message.extra_headers["Message-ID"] for message in mail.outbox
    }
    assert len(told) == 40


def until(is_so, shop: RunningShop) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline, shop.said()
        time.sleep(0.005)  # looks again; the deadline ends it
