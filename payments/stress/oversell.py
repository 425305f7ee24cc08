"""Many more buyers than pieces, all at once."""

import asyncio
import time
from dataclasses import dataclass, field

from config.answers import Answer
from payments.stress.buyer import Buyer, address_of
from payments.stress.goods import Goods
from payments.stress.locks import LockWatch
from payments.stress.scenario import Scenario, side_by_side
from payments.stress.wire import NoAnswer

PATIENCE = 900.0
"""Seconds that a buyer stands in line at most."""


@dataclass(kw_only=True)
class Oversell(Scenario):
    """`buyers` guests press the button together for `stock` pieces; targets are in milliseconds."""

    buyers: int
    stock: int
    start_ms: float
    lock_ms: float
    locks: LockWatch = field(default_factory=LockWatch)
    turned_away: int = 0
    unpaid: int = 0

    def prepare(self) -> None:
        self.sold = Goods.put_on_sale(self.report.run, self.stock)

    async def run(self) -> None:
        """Come up, press together, pay."""
        crowd = [Buyer(self.shop, address_of(self.report.run, number)) for number in range(self.buyers)]
        self.progress(f"{self.buyers} buyers fill their carts …")
        await side_by_side(crowd, lambda buyer: buyer.come_up(self.goods))
        self.progress("All press “order and pay” …")
        with self.locks:
            answers = await asyncio.gather(*(self._press(buyer) for buyer in crowd))
        led = [(buyer, answer) for buyer, answer in zip(crowd, answers, strict=True) if answer]
        self.progress(f"{len(led)} of them pay …")
        await side_by_side(led, self._pay)

    async def _press(self, buyer: Buyer) -> Answer | None:
        """The answer that leads to the payment page, if that was it."""
        try:
            answer = await buyer.press_in_turn(self.tally, until=time.monotonic() + PATIENCE)
        except NoAnswer:
            return None
        self.turned_away += answer.status in {409, 429}
        return answer if answer.status == 303 else None

    async def _pay(self, led: tuple[Buyer, Answer]) -> None:
        buyer, answer = led
        try:
            back = await buyer.pay_and_come_back(answer)
        except NoAnswer:
            self.unpaid += 1
        else:
            self.unpaid += back.status >= 400

    def judge(self) -> None:
        report, goods = self.report, self.goods
        orders, promised, wanted = goods.ordered(), goods.promised(), min(self.stock, self.buyers)
        report.figures |= {"orders": orders, "promised": promised}
        self.tell_answers()
        times = [each for status in (303, 409) for each in self.tally.times.get(status, [])]
        self.locks.tell(report, updates=len(times), most=self.lock_ms)
        report.check(
            orders <= promised <= self.stock, f"Not oversold: {promised} of {self.stock} pieces are promised."
        )
        if report.is_whole:
            report.check(orders == wanted, f"Not undersold: {orders} orders for {wanted} pieces.")
            report.check(
                self.turned_away == self.buyers - wanted,
                f"Told before paying that there is none: {self.turned_away} of {self.buyers - wanted}.",
            )
        report.check(self.unpaid == 0, f"Payments that did not lead back to the shop: {self.unpaid}.")
        report.check(self.tally.failed == 0, f"Errors (5xx or no answer): {self.tally.failed}.")
        report.check_time("Answer to the button", times, most=self.start_ms)
        report.check_books()
