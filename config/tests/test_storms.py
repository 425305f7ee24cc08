"""Events in storms, events that never come, and workers that die: nothing is lost, nothing is double."""

import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection, connections

from config import books
from config.tests.browser import Browser
from config.tests.helpers import run_tasks
from config.tests.running import RunningShop
from config.tests.thorough import size
from orders.models import Order
from payments import gateway, services
from payments.models import Payment, WebhookEvent
from payments.tests.conftest import make_till
from payments.tests.signing import signed
from shop.tests.factories import VariantFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="Storms run on PostgreSQL; make test has none."
    ),
]

PAID, TIMES, KILLS = size((40, 10, 20), (100, 20, 50))


def paid_sessions(shop: RunningShop, count: int) -> list[Payment]:
    """Payments whose sessions are paid at Stripe, which has told nobody."""
    shop.stripe.control("webhooks", mode="drop")
    mug = VariantFactory(stock=10 * count, price=1000)
    payments = [make_till(mug=mug, quantity=1).start() for _ in range(count)]
    for payment in payments:
        shop.stripe.pay(payment.session_url)
    return payments


def all_events() -> list[bytes]:
    """What Stripe would send about all of them, as it is registered for."""
    wanted = {"payment_intent.amount_capturable_updated", "checkout.session.completed"}

    def walk(client):
        return list(client.events.list({"limit": 100}).auto_paging_iter())

    return [
        json.dumps(event.to_dict(for_json=True)).encode()
        for event in gateway.calls.call(walk)
        if event.type in wanted
    ]


def deliver(shop: RunningShop, body: bytes) -> int:
    headers = {
        "Stripe-Signature": signed(body, settings.STRIPE_WEBHOOK_SECRETS[0]),
        "Content-Type": "application/json",
    }
    call = urllib.request.Request(f"{shop.url}/payments/webhook/", body, headers)  # noqa: S310 (of this machine)
    try:
        with urllib.request.urlopen(call, timeout=60) as answer:  # noqa: S310 (of this machine)
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


def storm(shop: RunningShop, payments: list[Payment], times: int) -> Counter:
    """Deliver every event `times` over in parallel, while browsers come back and reconciliation runs."""
    bodies = all_events() * times
    random.Random(1).shuffle(bodies)
    over = threading.Event()

    def come_back() -> None:
        browser = Browser(shop.url)
        for payment in payments:
            browser.get(f"/checkout/done/?session_id={payment.session_id}")

    def reconcile() -> None:
        while not over.is_set():
            services.reconcile()
        connections.close_all()

    beside = [threading.Thread(target=act) for act in (come_back, reconcile, reconcile)]
    for thread in beside:
        thread.start()
    with ThreadPoolExecutor(20) as pool:
        statuses = Counter(pool.map(lambda body: deliver(shop, body), bodies))
    over.set()
    for thread in beside:
        thread.join()
    return statuses


def test_every_event_many_times_in_parallel_makes_one_order_and_one_mail_each():
    with RunningShop() as shop:
        payments = paid_sessions(shop, PAID)

        statuses = storm(shop, payments, times=TIMES)

        assert statuses == {204: 2 * PAID * TIMES}, shop.said()
        run_tasks()
    assert Order.objects.count() == PAID
    assert len(mail.outbox) == PAID
    assert len({message.extra_headers["Message-ID"] for message in mail.outbox}) == PAID
    assert books.verify().violations == []


@pytest.mark.broken_books
def test_without_the_lock_the_storm_is_not_weathered():
    with RunningShop(app="config.tests.unguarded:application", TAKE_DOWN="lock") as shop:
        paid_sessions(shop, 10)
        bodies = all_events() * 20
        with ThreadPoolExecutor(20) as pool:
            statuses = Counter(pool.map(lambda body: deliver(shop, body), sorted(bodies)))

    assert statuses[500] > 0
    assert Order.objects.count() == 10


def test_paid_sessions_without_events_are_found_and_late_events_change_nothing():
    with RunningShop() as shop:
        paid_sessions(shop, PAID)
        assert Order.objects.count() == 0

        both = [
            threading.Thread(target=lambda: (services.reconcile(), connections.close_all())) for _ in range(2)
        ]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()

        assert Order.objects.count() == PAID
        before = list(Order.objects.order_by("pk").values())
        with ThreadPoolExecutor(8) as pool:
            statuses = Counter(pool.map(lambda body: deliver(shop, body), all_events()))
        assert statuses == {204: 2 * PAID}, shop.said()
        run_tasks()
    assert list(Order.objects.order_by("pk").values()) == before
    assert len(mail.outbox) == PAID
    assert books.verify().violations == []


def kill_while_events_come(shop: RunningShop, kills: int) -> None:
    """Pay, and end the web worker at a random point of the webhooks that follow, `kills` times over."""
    mug = VariantFactory(stock=10 * kills, price=1000)
    payments = [make_till(mug=mug, quantity=1).start() for _ in range(kills)]
    dice = random.Random(7)
    for payment in payments:
        shop.wait_until_live()
        shop.stripe.pay(payment.session_url)
        time.sleep(dice.uniform(0, 0.06))
        shop.kill_a_worker()
    shop.wait_until_live()
    shop.stripe.control("webhooks/flush", timeout=20)


def test_workers_that_die_at_any_point_of_the_webhook_lose_and_double_nothing():
    with RunningShop(workers=1) as shop:
        kill_while_events_come(shop, KILLS)
        WebhookEvent.objects.update(received_at="2025-01-01T00:00:00Z")
        services.reconcile()
        run_tasks()

    assert Order.objects.count() == KILLS
    assert len(mail.outbox) == KILLS
    assert books.verify().violations == []


@pytest.mark.broken_books
def test_without_the_transaction_a_crash_leaves_half_a_payment():
    with RunningShop(workers=1, app="config.tests.unguarded:application", TAKE_DOWN="transaction") as shop:
        kill_while_events_come(shop, KILLS // 2)

    assert Order.objects.count() < KILLS // 2 or books.verify().violations
