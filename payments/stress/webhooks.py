"""Stripe tells the same many times over, out of order, while customers come back and reconciliation runs."""

import asyncio
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connections
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from config.background import LEASE
from config.models import WorkerBeat
from config.processes import Trouble
from orders.models import Invoice, Order, OrderEvent
from orders.tasks import send_confirmation
from payments import gateway, services
from payments.models import Payment
from payments.services.inbox import WANTED
from payments.simulator import signing
from payments.stress.buyer import Buyer, address_of, session_of
from payments.stress.goods import Goods
from payments.stress.scenario import Scenario, side_by_side
from payments.stress.shop import Place
from payments.stress.wire import NoAnswer, exchange

DELIVERED_AT_ONCE = 20
RECONCILERS = 2
WEBHOOK = "/payments/webhook/"
MAIL_SECONDS = 60.0
"""How long the mails may take, and each of them a second more."""


@dataclass(kw_only=True)
class Webhooks(Scenario):
    """Every event of `orders` payments is delivered `times` over; the target is in milliseconds."""

    orders: int
    times: int
    answer_ms: float
    delivered: Counter[int] = field(default_factory=Counter)
    answers: list[float] = field(default_factory=list)
    came_back: Counter[int] = field(default_factory=Counter)
    reconciled: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)
    sessions: list[tuple[Buyer, str]] = field(default_factory=list)
    began: datetime = field(default_factory=timezone.now)

    def prepare(self) -> None:
        if not WorkerBeat.objects.filter(seen_at__gte=timezone.now() - LEASE).exists():
            raise Trouble("No worker lives beside this shop, so no mail goes out: start `manage.py worker`.")
        self.sold = Goods.put_on_sale(self.report.run, self.orders)

    async def run(self) -> None:
        """Pay while Stripe is kept silent, then let everything come at once."""
        self.progress(f"{self.orders} buyers start their payments …")
        await self._start()
        self.shop.control("webhooks", mode="drop")
        try:
            self.progress("They pay, and Stripe tells nobody …")
            await side_by_side(self.sessions, self._pay)
            await self._storm()
        finally:
            self.is_over.set()
            self.shop.control("webhooks", mode="normal")
            self.shop.control("webhooks/flush", dropped=True, timeout=5)
        self.progress("Waiting for the mails and invoices …")
        await self._papers()

    async def _start(self) -> None:
        async def start(number: int) -> None:
            buyer = Buyer(self.shop, address_of(self.report.run, number))
            await buyer.come_up(self.goods)
            answer = await buyer.press_in_turn(self.tally, until=time.monotonic() + 600)
            if answer.status != 303:
                raise Trouble(f"A payment could not be started: the shop answered {answer.status}.")
            self.sessions.append((buyer, session_of(answer, self.shop)))

        await side_by_side(range(self.orders), start)

    async def _pay(self, pair: tuple[Buyer, str]) -> None:
        await pair[0].pay(pair[1])

    async def _storm(self) -> None:
        """Deliver all events many times, shuffled, with browsers and reconciliation beside."""
        bodies = await asyncio.to_thread(self._events)
        sent = bodies * self.times
        random.Random(self.report.run).shuffle(sent)  # noqa: S311  (an order, not a secret)
        self.progress(f"{len(bodies)} events are delivered {self.times} times each, in any order …")
        beside = [asyncio.to_thread(self._reconcile) for _ in range(RECONCILERS)]
        storm = asyncio.gather(
            side_by_side(sent, self._deliver, DELIVERED_AT_ONCE),
            side_by_side(self.sessions, self._come_back),
        )
        reconciling = asyncio.gather(*beside)
        try:
            await storm
        finally:
            self.is_over.set()
        await reconciling

    def _events(self) -> list[bytes]:
        """What Stripe has to say about these payments, as it would send it."""
        ids = [session for _, session in self.sessions]
        numbers = set(Payment.objects.filter(session_id__in=ids).values_list("checkout__number", flat=True))
        events = gateway.walk_events(WANTED, since=self.began - timedelta(minutes=1))
        try:
            return [json.dumps(event.body).encode() for event in events if event.number in numbers]
        finally:
            connections.close_all()

    async def _deliver(self, body: bytes) -> None:
        began = time.perf_counter()
        try:
            status = (await exchange(self.shop.site, _signed(self.shop.site, body))).status
        except NoAnswer:
            status = 0
        self.answers.append((time.perf_counter() - began) * 1000)
        self.delivered[status] += 1

    async def _come_back(self, pair: tuple[Buyer, str]) -> None:
        buyer, session = pair
        try:
            status = (await buyer.browser.get(f"/checkout/done/?session_id={session}")).status
        except NoAnswer:
            status = 0
        self.came_back[status] += 1

    def _reconcile(self) -> None:
        try:
            while not self.is_over.is_set():
                services.reconcile(since=timedelta(hours=1))
                self.reconciled += 1
        except gateway.GatewayError as error:
            raise Trouble(f"Reconciliation could not ask the simulator: {error}") from error
        finally:
            connections.close_all()

    async def _papers(self) -> None:
        until = time.monotonic() + MAIL_SECONDS + self.orders
        while time.monotonic() < until:
            if await asyncio.to_thread(self._count_written) >= self.orders:
                return
            await asyncio.sleep(1)

    def _count_written(self) -> int:
        """How many orders have all: the worker mails and writes invoices by tasks of their own, in any order."""
        try:
            orders = self.goods.orders()
            return min(_mailed(orders), len(_confirmations(orders)), _invoices(orders))
        finally:
            connections.close_all()  # this thread's own

    def judge(self) -> None:
        report, orders = self.report, self.goods.orders()
        events = sum(self.delivered.values())
        said = ", ".join(f"{count} × {status or 'none'}" for status, count in sorted(self.delivered.items()))
        back = ", ".join(f"{count} × {status or 'none'}" for status, count in sorted(self.came_back.items()))
        report.say(
            f"{events} deliveries, answered {said or 'by nothing'}; return pages answered {back or 'by nothing'}; "
            f"reconciled {self.reconciled} times meanwhile.",
            deliveries={str(status): count for status, count in self.delivered.items()},
            reconciled=self.reconciled,
        )
        report.check(
            len(orders) <= self.orders, f"No order is double: {len(orders)} for {self.orders} payments."
        )
        if report.is_whole:
            self._check_all_came(orders)
        report.check(
            set(self.delivered) <= {204} and events > 0,
            f"Every event was taken (204): {self.delivered[204]} of {events}.",
        )
        failed = sum(count for status, count in self.came_back.items() if status >= 500 or not status)
        report.check(failed == 0, f"Return pages with an error: {failed}.")
        report.check_time("Answer to an event", self.answers, most=self.answer_ms)
        report.check_books()

    def _check_all_came(self, orders: list[Order]) -> None:
        report, tasks, mailed = self.report, _confirmations(orders), _mailed(orders)
        invoices = _invoices(orders)
        report.check(len(orders) == self.orders, f"One order for each payment: {len(orders)}.")
        report.check(self.goods.promised() == self.orders, f"Pieces promised: {self.goods.promised()}.")
        report.check(
            mailed == self.orders == len(tasks) and all(len(row.worker_ids) == 1 for row in tasks),
            f"Confirmations: {mailed} mailed, by {len(tasks)} tasks that each ran once.",
        )
        report.check(invoices == self.orders, f"Invoices: {invoices}.")


def _signed(site: Place, body: bytes) -> bytes:
    signature = signing.header(body, settings.STRIPE_WEBHOOK_SECRETS, int(time.time()))
    head = (
        f"POST {WEBHOOK} HTTP/1.1\r\nHost: {site.here}\r\nConnection: close\r\nContent-Type: application/json\r\n"
        f"Stripe-Signature: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _mailed(orders: list[Order]) -> int:
    """How many of these orders' timelines say that the confirmation was mailed."""
    return OrderEvent.objects.filter(key__in=[f"confirmation {order.number}" for order in orders]).count()


def _invoices(orders: list[Order]) -> int:
    return Invoice.objects.filter(order__in=orders, kind=Invoice.Kind.INVOICE).count()


def _confirmations(orders: list[Order]) -> list[DBTaskResult]:
    """The tasks that mailed the confirmations of these orders."""
    wanted = {order.pk for order in orders}
    rows = DBTaskResult.objects.filter(
        task_path=send_confirmation.module_path, status=TaskResultStatus.SUCCESSFUL
    ).order_by("-enqueued_at")
    return [row for row in rows if row.args_kwargs["args"][0] in wanted]
