"""A rush: payments are started at a rate that nobody asks the shop whether it likes, with readers beside."""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field

from django.conf import settings
from django.core.signing import get_cookie_signer

from config import pace
from config.answers import Answer
from config.processes import Trouble
from orders import cart_cookie
from orders.models import Cart, CartLine
from payments import line
from payments.stress.buyer import CHECKOUT, Buyer, address_of, session_of
from payments.stress.generator import LONGEST, Plan, Seen
from payments.stress.goods import Goods
from payments.stress.locks import LockWatch
from payments.stress.report import in_words, spread
from payments.stress.scenario import Scenario, side_by_side
from payments.stress.wire import NoAnswer

PROCESSES = 2
"""Processes that send."""
BATCH = 2000
HEAD_START = 2.0
"""Seconds until all senders have read their plans."""
TOLD_EVERY = 5.0
LONG = 30.0
"""Seconds of waiting from which a line that was there before is worth a word."""


@dataclass(kw_only=True)
class Rush(Scenario):
    """`rps` starts of payment a second for `seconds`, beside them `reads` pages; targets in milliseconds.

    No more than `connections` are open at once, so that the sender offers what the machine carries beside the shop; 0:
    all that are due, and what the shop cannot take piles up.
    """

    rps: float
    seconds: float
    reads: float
    connections: int
    stock: int
    start_ms: float
    read_ms: float
    lock_ms: float
    locks: LockWatch = field(default_factory=LockWatch)
    carts: list[Cart] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    paid: int = 0
    line_before: int = 0

    @property
    def buyers(self) -> int:
        return int(self.rps * self.seconds)

    def prepare(self) -> None:
        """Put goods on sale, and one piece into the cart of everybody who will come."""
        self.line_before = pace.next_at(line.PACE)
        if (wait := self.line_before / pace.SECOND - time.time()) > LONG:
            self.report.say(f"Others stood in line already: whoever comes now waits about {wait:.0f} s.")
        self.sold = Goods.put_on_sale(self.report.run, self.stock or self.buyers)
        self.progress(f"{self.buyers} carts are filled …")
        for start in range(0, self.buyers, BATCH):
            count = min(BATCH, self.buyers - start)
            carts = Cart.objects.bulk_create(Cart() for _ in range(count))
            self.carts += carts
            CartLine.objects.bulk_create(
                CartLine(
                    cart=cart, variant=self.goods.variant, quantity=1, seen_price=self.goods.variant.price
                )
                for cart in carts
            )

    async def run(self) -> None:
        """Offer the load, then pay all that was accepted."""
        first = Buyer(self.shop, address_of(self.report.run, 0))
        first.browser.cookies = _cookies(self.carts[0])
        await first.look_at_checkout()  # all forms say the same, as all carts hold the same
        form = {name: text for name, text in first.browser.cookies.items() if name != cart_cookie.NAME}
        begin = time.time() + HEAD_START
        self.progress(f"{self.rps:g} starts and {self.reads:g} pages a second for {self.seconds:g} s …")
        plans = [self._plan(number, begin, first.fields, form) for number in range(PROCESSES)]
        with self.locks:
            sent = [asyncio.create_task(self._send(plan)) for plan in plans]
            telling = asyncio.create_task(self._tell(begin))
            try:
                await asyncio.gather(*sent)
            finally:
                telling.cancel()
                await asyncio.wait(sent)  # what they saw is noted also if this is ended early
        await self._pay()

    def _plan(self, number: int, begin: float, fields: dict[str, str], form: dict[str, str]) -> Plan:
        """One process's share. `form` are the cookies that belong to the form, whose token all of them send."""
        mine = self.carts[number::PROCESSES]
        site = self.shop.site
        return Plan(
            host=site.host,
            port=site.port,
            here=site.here,
            begin=begin,
            seconds=self.seconds,
            rate=self.rps,
            reads=self.reads,
            connections=-(-self.connections // PROCESSES),
            first=number,
            step=PROCESSES,
            path=CHECKOUT,
            fields=fields,
            emails=[
                address_of(self.report.run, place) for place in range(number, len(self.carts), PROCESSES)
            ],
            cookies=[{**form, **_cookies(cart)} for cart in mine],
            pages=["/", "/products/", self.goods.path, "/products/?sort=price"],
        )

    async def _send(self, plan: Plan) -> None:
        """Let one process send its share, and note what it saw, so far if this is ended early. Raises Trouble."""
        process = subprocess.Popen(
            [sys.executable, "-m", "payments.stress.generator"],
            cwd=settings.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C reaches us, and we ask it to end
        )
        words = json.dumps(asdict(plan)).encode()
        sending = asyncio.ensure_future(asyncio.to_thread(process.communicate, words))
        try:
            await asyncio.shield(sending)
        finally:
            process.terminate()
            said, _ = await sending
            if process.returncode == 0:
                self.seen += [Seen(**each) for each in json.loads(said)]
        if process.returncode:
            raise Trouble(f"A sender ended with {process.returncode}; what it said stands above.")

    async def _tell(self, begin: float) -> None:
        while True:
            await asyncio.sleep(TOLD_EVERY)
            passed = time.time() - begin
            if passed < self.seconds:
                self.progress(f"… {passed:.0f} of {self.seconds:g} s")
            else:
                self.progress(f"… waiting for the last answers, {LONGEST:g} s at most")

    async def _pay(self) -> None:
        led = [seen for seen in self.seen if seen.status == 303]
        self.progress(f"{len(led)} were accepted and pay …")
        payer = Buyer(self.shop, "")

        async def pay(seen: Seen) -> None:
            page = Answer(303, b"\r\nLocation: " + seen.location.encode(), b"")
            try:
                await payer.pay(session_of(page, self.shop))
            except NoAnswer:
                return
            self.paid += 1
            if self.paid % 100 == 0:
                self.progress(f"… {self.paid} of {len(led)}")

        await side_by_side(led, pay)

    def judge(self) -> None:
        report, goods = self.report, self.goods
        presses = [seen for seen in self.seen if seen.number >= 0]
        fresh = [seen for seen in presses if not seen.is_again]
        statuses = Counter(seen.status for seen in presses)
        reads = Counter(seen.status for seen in self.seen if seen.number < 0)
        self._tell_sent(presses, fresh, statuses, reads)
        self.locks.tell(report, updates=statuses[303], most=self.lock_ms)
        failed = sum(count for status, count in (statuses + reads).items() if status >= 500 or not status)
        accepted, orders, promised = statuses[303], goods.ordered(), goods.promised()
        report.figures |= {"accepted": accepted, "orders": orders, "promised": promised}
        report.check(failed == 0, f"Errors (5xx or no answer): {failed} of {len(self.seen)}.")
        report.check(
            promised <= goods.stock, f"Not oversold: {promised} of {goods.stock} pieces are promised."
        )
        if report.is_whole:
            report.check(
                accepted == orders > 0, f"Accepted starts that became an order: {orders} of {accepted}."
            )
        report.check_time("Accepted", self._times(303), most=self.start_ms)
        report.check_time("Catalogue meanwhile", self._times(200, is_reader=True), most=self.read_ms)
        report.check_books()

    def _tell_sent(
        self, presses: list[Seen], fresh: list[Seen], statuses: Counter[int], reads: Counter[int]
    ) -> None:
        late = spread((seen.sent - seen.due) * 1000 for seen in self.seen)
        rate = len(fresh) / self.seconds
        again = len(presses) - len(fresh)
        self.report.say(
            f"Offered {self.rps:g} starts a second; really sent {rate:.0f} a second ({len(fresh)} of {self.buyers}) "
            f"and {again} by people whose turn had come{self._bound}; sent late by p95 {late['p95']:.0f} ms.",
            sent=len(fresh),
            sent_rate=rate,
            again=again,
            sent_late=late,
        )
        for words, counted in (("Answers to the button", statuses), ("Answers to readers", reads)):
            said = ", ".join(f"{count} × {status or 'none'}" for status, count in sorted(counted.items()))
            self.report.say(
                f"{words}: {said or 'none'}.", **{words: {str(key): n for key, n in counted.items()}}
            )
        for status, words in ((429, "Place in line"), (409, "Sold out")):
            if statuses[status]:
                found = spread(self._times(status))
                self.report.say(f"{words}: {in_words(found)}.", **{f"times_{status}": found})

    @property
    def _bound(self) -> str:
        return f", over at most {self.connections} connections at once" if self.connections else ""

    def _times(self, status: int, *, is_reader: bool = False) -> list[float]:
        """Milliseconds from the moment at which it was due, or sent where connections are few, to the answer's end."""
        return [
            seen.took * 1000 for seen in self.seen if seen.status == status and (seen.number < 0) is is_reader
        ]

    def clean_up(self) -> None:
        """Leave the line as well: most who have a place in it do not come back."""
        super().clean_up()
        pace.shorten(line.PACE, self.line_before)
        left = [cart.pk for cart in self.carts]
        for start in range(0, len(left), BATCH):
            Cart.objects.filter(pk__in=left[start : start + BATCH], checkouts=None).delete()


def _cookies(cart: Cart) -> dict[str, str]:
    """What the shop would have given the browser of somebody who put one piece into this cart."""
    sign = get_cookie_signer(salt=cart_cookie.NAME + cart_cookie.SALT).sign
    return {cart_cookie.NAME: sign(f"{cart.token}:1")}
