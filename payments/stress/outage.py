"""The payment provider falls silent, then refuses, then is back; buyers go on coming, and come back."""

import asyncio
import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django_tasks_db.models import DBTaskResult

from config.answers import Answer
from orders.models import Order
from payments.models import Payment
from payments.stress.buyer import NO_ANSWER, Buyer, address_of, session_of
from payments.stress.goods import Goods
from payments.stress.scenario import Scenario
from payments.stress.wire import Browser, NoAnswer
from payments.tasks import mail_payment_link

SILENT_FROM, REFUSING_FROM, BACK_FROM = 1 / 6, 1 / 2, 5 / 6
"""Parts of the time after which the provider changes."""
GRACE = 120.0
"""Seconds after the last buyer came, until when all must have paid."""
LOOKS_AGAIN = 5.0
"""Seconds after which somebody who waits looks again, or presses again."""
READS_EVERY = 0.5
MANY = 1_000_000
ENOUGH = 0.99


@dataclass(kw_only=True)
class Outage(Scenario):
    """`buyers` come evenly over `seconds`; for two thirds of them the provider is away."""

    seconds: float
    buyers: int
    read_ms: float
    recovery_s: float
    began: float = 0.0
    back_at: float = float("inf")
    last_away: float = 0.0
    first_led: float = float("inf")
    waited: set[str] = field(default_factory=set)
    done: int = 0
    reads: list[float] = field(default_factory=list)
    broken_reads: int = 0
    is_over: bool = False

    def prepare(self) -> None:
        self.sold = Goods.put_on_sale(self.report.run, 2 * self.buyers)

    async def run(self) -> None:
        """Let the provider go and come back while buyers come."""
        self.began = time.monotonic()
        reading = asyncio.create_task(self._read())
        telling = asyncio.create_task(self._tell())
        provider = asyncio.create_task(self._provide())
        try:
            async with asyncio.timeout(self.seconds + GRACE):
                await asyncio.gather(*(self._buy(number) for number in range(self.buyers)), provider)
        except TimeoutError:
            self.progress("Some have still not paid; this is what there is.")
        finally:
            for task in (reading, telling, provider):
                task.cancel()
            self.shop.clear_faults()

    async def _provide(self) -> None:
        """Be there, be silent, refuse, and be there again."""
        for part, words, kind in (
            (SILENT_FROM, "The provider falls silent …", "hang"),
            (REFUSING_FROM, "The provider breaks off every call …", "reset_before"),
            (BACK_FROM, "The provider is back …", ""),
        ):
            await asyncio.sleep(self.began + part * self.seconds - time.monotonic())
            self.progress(words)
            await asyncio.to_thread(self._become, kind)
        self.back_at = time.monotonic()

    def _become(self, kind: str) -> None:
        self.shop.clear_faults()
        if kind:
            self.shop.control("faults", endpoint="*", kind=kind, times=MANY, seconds=self.seconds)

    # --- buyers -----------------------------------------------------------------------------------
    async def _buy(self, number: int) -> None:
        """Come when it is time, and do what a customer would until it is paid."""
        await asyncio.sleep(self.began + self.seconds * number / self.buyers - time.monotonic())
        buyer = Buyer(self.shop, address_of(self.report.run, number))
        await self._until_done(lambda: self._come_up(buyer))
        page = await self._until_done(lambda: self._led(buyer))
        back = await self._until_done(lambda: buyer.pay(session_of(page, self.shop)))
        await self._until_done(lambda: self._come_back(buyer, back))
        self.done += 1

    async def _until_done(self, act):
        """What `act` returns, tried again a little later while that is nothing, or nobody answers."""
        while True:
            try:
                if (found := await act()) is not None:
                    return found
            except NoAnswer:
                self.tally.statuses[NO_ANSWER] += 1
            await asyncio.sleep(LOOKS_AGAIN * random.uniform(0.8, 1.2))  # noqa: S311  (people, not secrets)

    async def _come_up(self, buyer: Buyer) -> bool:
        await buyer.come_up(self.goods)
        return True

    async def _led(self, buyer: Buyer) -> Answer | None:
        """The answer that leads to the payment page; None while the shop says that the provider is away."""
        answer = await buyer.press_in_turn(self.tally, until=time.monotonic() + GRACE)
        if answer.status == 303 and not _is_here(answer):
            self._was_led()
            return answer
        self.last_away = time.monotonic()
        if answer.status == 303:
            self.waited.add(buyer.email)
            return await self._until_done(lambda: self._look(buyer, answer.header("Location")))
        return None

    async def _look(self, buyer: Buyer, waiting: str) -> Answer | None:
        """What the page says on which one waits for the payment page."""
        page = await buyer.browser.get(urlsplit(waiting).path)
        link = re.search(rf'href="({re.escape(self.shop.stripe.url)}/[^"]+)"', page.body.decode())
        if link is None:
            self.last_away = time.monotonic()
            return None
        self._was_led()
        return Answer(303, f"\r\nLocation: {link[1]}".encode(), b"")

    def _was_led(self) -> None:
        if (now := time.monotonic()) > self.back_at:
            self.first_led = min(self.first_led, now)

    async def _come_back(self, buyer: Buyer, back: str) -> bool | None:
        """Whether the shop says that it is ordered; None while it is being confirmed."""
        return (await buyer.browser.get(back)).status == 302 or None

    # --- beside them ------------------------------------------------------------------------------
    async def _read(self) -> None:
        reader = Browser(self.shop.site)
        while True:
            began = time.perf_counter()
            try:
                answer = await reader.get("/products/")
                self.broken_reads += answer.status != 200
            except NoAnswer:
                self.broken_reads += 1
            self.reads.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(READS_EVERY)

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(10)
            passed = time.monotonic() - self.began
            self.progress(f"… {passed:.0f} of {self.seconds:g} s, {self.done} of {self.buyers} have ordered")

    def judge(self) -> None:
        report, orders = self.report, self.goods.orders()
        self.tell_answers()
        paid = Payment.objects.filter(order__in=orders, authorised__gt=0).count()
        double = sum(count - 1 for count in Counter(order.email for order in orders).values())
        odd = sum(
            count
            for status, count in self.tally.statuses.items()
            if (status >= 500 and status != 503) or status == NO_ANSWER
        )
        links = _links_mailed(orders)
        report.say(
            f"Orders taken down while the provider was away: {len(self.waited)}; links to pay mailed: "
            f"{links.total()}.",
            waited=len(self.waited),
            links=links.total(),
        )
        report.figures |= {"orders": len(orders), "paid": paid, "double": double}
        report.check(double == 0, f"Orders that are double: {double}.")
        report.check(odd == 0, f"Errors (5xx other than 503, or no answer): {odd}.")
        if report.is_whole:
            report.check(
                paid >= ENOUGH * self.buyers,
                f"Placed and paid: {paid} of {self.buyers}; at least {ENOUGH:.0%}.",
            )
            told = sum(links[email] == 1 for email in self.waited)
            report.check(
                told == len(self.waited) and set(links.values()) <= {1},
                f"Who had to wait was mailed one link: {told} of {len(self.waited)}.",
            )
            self._check_recovery()
        report.check(self.broken_reads == 0, f"Catalogue pages that failed: {self.broken_reads}.")
        report.check_time("Catalogue meanwhile", self.reads, most=self.read_ms)
        report.check_books()

    def _check_recovery(self) -> None:
        first = self.first_led - self.back_at
        last = max(self.last_away - self.back_at, 0.0)
        self.report.say(
            f"After the provider was back: the first payment page after {first:.1f} s, nobody was told to wait any "
            f"more after {last:.1f} s.",
            first_page_after=first,
            recovered_after=last,
        )
        self.report.check(
            max(first, last) < self.recovery_s,
            f"Recovered after {max(first, last):.1f} s, without a restart; below {self.recovery_s:g} s.",
        )


def _is_here(answer: Answer) -> bool:
    """Whether an answer leads to a page of the shop itself: there one waits for the payment page."""
    return not urlsplit(answer.header("Location")).netloc


def _links_mailed(orders: list[Order]) -> Counter[str]:
    """How many mails with the way to pay were written to each buyer.

    One who comes in the moment in which the provider is back may be mailed a link as well as led to the page.
    """
    buyers = dict(Payment.objects.filter(order__in=orders).values_list("pk", "order__email"))
    rows = DBTaskResult.objects.filter(task_path=mail_payment_link.module_path)
    return Counter(buyers[pk] for row in rows if (pk := row.args_kwargs["args"][0]) in buyers)
