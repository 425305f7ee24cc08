"""Windows of load with their processor time, floor and shop in turns."""

import math
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

from config.bench.cpu import Meter, family
from config.bench.databases import Server
from config.bench.load import Place, Walks, prepare, walk
from config.bench.plan import CLIENTS, SCALE, Size, Step
from config.processes import Child, Company, Trouble

T = TypeVar("T")
# Seconds beyond its own time after which a window is given up.
PATIENCE = 120.0


@dataclass(frozen=True)
class Side:
    """A server that is measured: where it is, its processes, and the name of its database."""

    place: Place
    site: Child
    database: str
    simulator: Child | None = None


@dataclass(frozen=True)
class Window:
    """What one window said; rates per second, times in milliseconds, processor time in milliseconds per walk."""

    walks: int
    rate: float
    p50: float
    p95: float
    app: float | None
    database: float | None
    simulator: float | None
    own_share: float
    errors: dict[str, int]

    @property
    def cpu(self) -> float | None:
        return None if self.app is None or self.database is None else self.app + self.database


class Bench:
    """Measures; raises Trouble when a window cannot be measured, Asked when somebody wants the end."""

    def __init__(self, company: Company, server: Server, size: Size):
        self.company = company
        self.server = server
        self.size = size
        self._seed = 0

    def window(
        self, side: Side, act: Callable[..., None], clients: int, seconds: float, step: Step | None = None
    ) -> Window:
        """Let clients walk for so many seconds. `step` is given if its visitors have to come up first."""
        self._seed += 1
        seed, place = self._seed, side.place
        ready = None
        if step and step.come_up:
            come_up, crowd = step.come_up, max(clients, 4) * step.crowd
            ready = self._aside(lambda: prepare(place, crowd, come_up))
            seconds += PATIENCE / 4  # until all have gone
        before = Meter(family(side.site.pid)), Meter(self.server.backends(side.database))
        stripe = Meter([side.simulator.pid]) if side.simulator else None
        walks = self._aside(
            lambda: walk(place, act, clients=clients, seconds=seconds, seed=seed, ready=ready)
        )
        used = (
            before[0].since(family(side.site.pid)),
            before[1].since(self.server.backends(side.database)),
            stripe.since([side.simulator.pid]) if stripe and side.simulator else None,
        )
        return _window(walks, used)

    def _aside(self, act: Callable[[], T]) -> T:
        """Do it in a thread, while this one watches the servers and listens for Ctrl-C."""
        answer: list[T] = []
        problem: list[BaseException] = []

        def run() -> None:
            try:
                answer.append(act())
            except Exception as error:
                problem.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self.company.wait_until(lambda: not thread.is_alive(), what="The clients", seconds=PATIENCE)
        if problem:
            raise Trouble(f"The clients could not walk: {problem[0]}") from problem[0]
        return answer[0]

    def step(self, step: Step, shop: Side, floor: Side) -> "Row":
        """Measure one step at every number of clients, floor and shop in turns, each round the other one first."""
        row = Row(step)
        for clients in CLIENTS:
            for number in range(self.size.rounds):
                windows = {}
                for side in (floor, shop) if number % 2 else (shop, floor):
                    is_shop = side is shop
                    windows[is_shop] = self.window(
                        side,
                        step.shop if is_shop else step.floor,
                        clients,
                        self.size.seconds * (step.stretch if is_shop else 1),
                        step if is_shop else None,
                    )
                row.add(clients, floor=windows[False], shop=windows[True])
        return row

    def scale(self, sides: Mapping[str, Side]) -> list["Growth"]:
        """Measure what a page of many products costs beside the same page of fewer."""
        found = []
        for title, act, few, most in SCALE:
            pairs = []
            for _ in range(self.size.rounds + 2):
                pairs.append(
                    (
                        self.window(sides[few], act, 8, self.size.seconds),
                        self.window(sides["large"], act, 8, self.size.seconds),
                    )
                )
            found.append(Growth(title, most, pairs))
        return found


class Row:
    """What was measured of one step, by number of clients: pairs of windows (floor, shop)."""

    def __init__(self, step: Step):
        self.step = step
        self.pairs: dict[int, list[tuple[Window, Window]]] = {}

    def add(self, clients: int, *, floor: Window, shop: Window) -> None:
        if not floor.walks or not shop.walks:
            raise Trouble(f"{self.step.title}: no walk came to its end. {floor.errors or shop.errors}")
        self.pairs.setdefault(clients, []).append((floor, shop))

    def floor(self, clients: int, name: str) -> float | None:
        return middle(getattr(floor, name) for floor, _ in self.pairs[clients])

    def shop(self, clients: int, name: str) -> float | None:
        return middle(getattr(shop, name) for _, shop in self.pairs[clients])

    def ratio(self, clients: int, name: str) -> float | None:
        """How many times the floor, as the median of the rounds: both halves of a round met the same machine."""
        return middle(
            _ratio(getattr(shop, name), getattr(floor, name)) for floor, shop in self.pairs[clients]
        )

    @property
    def walks(self) -> int:
        return sum(shop.walks for pairs in self.pairs.values() for _, shop in pairs)

    @property
    def errors(self) -> dict[str, int]:
        found: Counter[str] = Counter()
        for pairs in self.pairs.values():
            for floor, shop in pairs:
                found.update(floor.errors)
                found.update(shop.errors)
        return dict(found)

    def is_reached(self) -> bool | None:
        """Whether the step's target is met; None if it has none."""
        target = self.step.target
        if target is None:
            return None
        met = []
        if target.of_floor is not None:
            met.append((self.ratio(target.clients, "rate") or 0) >= target.of_floor)
        if target.per_second is not None:
            met.append((self.shop(target.clients, "rate") or 0) >= target.per_second)
        if target.p95_below is not None:
            met.append((self.shop(target.clients, "p95") or 0) < target.p95_below)
        if target.cpu_of_floor is not None:
            ratio = self.ratio(target.clients, "cpu")
            met.append(ratio is not None and ratio <= target.cpu_of_floor)
        return all(met)


@dataclass(frozen=True)
class Growth:
    """What a page of the large shop costs beside the small one; `most` is the ratio not to be passed."""

    title: str
    most: float
    pairs: list[tuple[Window, Window]]

    def small(self, name: str) -> float | None:
        return middle(getattr(small, name) for small, _ in self.pairs)

    def large(self, name: str) -> float | None:
        return middle(getattr(large, name) for _, large in self.pairs)

    @property
    def ratio(self) -> float | None:
        """By processor time, app and database; by median time where that is not known."""
        by_cpu = middle(_ratio(large.cpu, small.cpu) for small, large in self.pairs)
        return by_cpu or middle(_ratio(large.p50, small.p50) for small, large in self.pairs)

    def is_reached(self) -> bool:
        return self.ratio is not None and self.ratio <= self.most


def middle(numbers: Iterable[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return median(known) if known else None


def _ratio(one: float | None, other: float | None) -> float | None:
    return one / other if one is not None and other else None


def _window(walks: Walks, used: Sequence[float | None]) -> Window:
    count = len(walks.times)
    times = sorted(walks.times)
    each = [None if seconds is None or not count else seconds * 1000 / count for seconds in used]
    return Window(
        walks=count,
        rate=walks.rate,
        p50=quantile(times, 0.50),
        p95=quantile(times, 0.95),
        app=each[0],
        database=each[1],
        simulator=each[2],
        own_share=walks.own_cpu / walks.seconds if walks.seconds else 0.0,
        errors=dict(walks.errors),
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest of these numbers that `share` of them do not exceed; 0 if there are none."""
    return ordered[max(math.ceil(share * len(ordered)) - 1, 0)] if ordered else 0.0
