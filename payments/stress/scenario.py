"""What all scenarios have in common."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from payments.stress.buyer import Tally
from payments.stress.goods import Goods
from payments.stress.report import Report, in_words, spread
from payments.stress.shop import Shop

T = TypeVar("T")
R = TypeVar("R")
AT_ONCE = 8
"""So many do side by side what is not measured."""


async def side_by_side(
    things: Iterable[T], act: Callable[[T], Awaitable[R]], at_once: int = AT_ONCE
) -> list[R]:
    """Do `act` to all things, so many at once; what came of each, in their order. The first error ends it."""
    places = asyncio.Semaphore(at_once)

    async def one(thing: T) -> R:
        async with places:
            return await act(thing)

    return await asyncio.gather(*(one(thing) for thing in things))


@dataclass(kw_only=True)
class Scenario:
    """One run against one shop: `prepare`, `run` (which Ctrl-C may end), `judge`, and `clean_up` in any case.

    The other fields of each scenario are its options, under the names that the command gives them.
    """

    shop: Shop
    report: Report
    progress: Callable[[str], None]
    tally: Tally = field(default_factory=Tally)
    sold: Goods | None = None

    def prepare(self) -> None:
        """Put the goods on sale. Raises Trouble."""
        raise NotImplementedError

    async def run(self) -> None:
        """Do what is measured. Raises Trouble."""
        raise NotImplementedError

    def judge(self) -> None:
        """Hold what came of it against the database and the books."""
        raise NotImplementedError

    def clean_up(self) -> None:
        """Leave the shop as it was, but for the orders."""
        if self.sold:
            self.sold.take_off_sale()

    @property
    def goods(self) -> Goods:
        assert self.sold is not None  # noqa: S101  (prepared before it runs)
        return self.sold

    def tell_answers(self) -> None:
        """Say what the button was answered with, and how quickly."""
        said = ", ".join(f"{count} × {status}" for status, count in self.tally.as_dict().items())
        self.report.say(f"Answers to the button: {said or 'none'}.", answers=self.tally.as_dict())
        for status, words in ((303, "Started"), (409, "Sold out"), (429, "Place in line")):
            times = self.tally.times.get(status, [])
            if times:
                self.report.say(f"{words}: {in_words(spread(times))}.", **{f"times_{status}": spread(times)})
