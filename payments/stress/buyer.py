"""A guest who buys one piece: cart, checkout, place in line, payment page, and back."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from config.answers import Answer
from config.processes import Trouble
from payments.stress.goods import Goods
from payments.stress.shop import Shop
from payments.stress.wire import Browser, NoAnswer, control

ADDRESS = {
    "name": "Buyer",
    "street": "Main street 1",
    "postcode": "10115",
    "city": "Berlin",
    "country": "DE",
    "billing_country": "DE",
}
CHECKOUT = "/checkout/"
NO_ANSWER = 0
"""Counted where other answers have their status."""


def address_of(run: str, number: int) -> str:
    """The mail address of one buyer of one run."""
    return f"stress-{run.lower()}-{number}@example.com"


@dataclass
class Tally:
    """What the shop answered to all who pressed the button: by status, and how long it took (milliseconds)."""

    statuses: Counter[int] = field(default_factory=Counter)
    times: dict[int, list[float]] = field(default_factory=dict)

    def note(self, status: int, milliseconds: float) -> None:
        self.statuses[status] += 1
        self.times.setdefault(status, []).append(milliseconds)

    @property
    def failed(self) -> int:
        """Answers that no customer may see: a 5xx, or none."""
        return sum(count for status, count in self.statuses.items() if status >= 500 or status == NO_ANSWER)

    def as_dict(self) -> dict[str, int]:
        return {str(status or "none"): count for status, count in sorted(self.statuses.items())}


class Buyer:
    """One guest with a browser of their own."""

    def __init__(self, shop: Shop, email: str):
        self.shop = shop
        self.email = email
        self.browser = Browser(shop.site)
        self.fields: dict[str, str] = {}

    async def come_up(self, goods: Goods) -> None:
        """Put one piece into the cart and fill in the checkout. Raises NoAnswer, Trouble."""
        added = await self.browser.post("/cart/add/", {"variant": goods.variant.pk, "quantity": 1})
        _expect(303, added, what="“add to cart”")
        await self.look_at_checkout()

    async def look_at_checkout(self) -> None:
        """Open the checkout with what is in the cart, and fill it in. Raises NoAnswer, Trouble."""
        page = await self.browser.get(CHECKOUT)
        _expect(200, page, what="the checkout page")
        self.fields = {**page.fields(), **ADDRESS, "email": self.email}

    async def press(self, tally: Tally | None = None) -> Answer:
        """Press “order and pay”, and note how long the answer took. Raises NoAnswer."""
        began = time.perf_counter()
        status = NO_ANSWER
        try:
            answer = await self.browser.post(CHECKOUT, self.fields)
            status = answer.status
            return answer
        finally:
            if tally:
                tally.note(status, (time.perf_counter() - began) * 1000)

    async def press_in_turn(self, tally: Tally, *, until: float) -> Answer:
        """Press, and while that gives a place in line wait for the turn as the page does; not beyond `until`.

        `until` is in seconds of the monotonic clock. Raises NoAnswer.
        """
        while True:
            answer = await self.press(tally)
            wait = float(answer.header("Retry-After") or 1)
            if answer.status != 429 or time.monotonic() + wait > until:
                return answer
            await asyncio.sleep(wait)

    async def pay(self, session: str) -> str:
        """Pay at the simulator, which tells the shop; the path that leads back. Raises NoAnswer."""
        said = await control(self.shop.stripe, f"sessions/{session}/pay", wait=20)
        if not said["paid"]:
            raise NoAnswer(f"The simulator took no payment for {session}.")
        back = urlsplit(said["return_url"])
        return f"{back.path}?{back.query}"

    async def pay_and_come_back(self, answer: Answer) -> Answer:
        """Pay what `answer` led to, and return to the shop. Raises NoAnswer, Trouble."""
        return await self.browser.get(await self.pay(session_of(answer, self.shop)))


def _expect(status: int, answer: Answer, *, what: str) -> None:
    if answer.status != status:
        raise Trouble(
            f"The shop answered {answer.status} to {what}. Do the shop and this command have the same database and "
            "settings?"
        )


def session_of(answer: Answer, shop: Shop) -> str:
    """The id of the session whose payment page an answer leads to; raises Trouble if it is not the simulator's."""
    page = urlsplit(answer.header("Location"))
    if (page.hostname, page.port or 80) != (shop.stripe.host, shop.stripe.port):
        raise Trouble(
            f"The shop leads to {page.netloc or page.path} to pay, which is not {shop.stripe.here}."
        )
    return page.path.rstrip("/").rpartition("/")[2]
