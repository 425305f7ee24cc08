"""Lets so many clients walk at once for a while, and tells how long each walk took."""

import queue
import resource
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from typing import Any

from config.bench.journeys import Prepared, Street
from config.bench.visitor import Line, Wrong

# Who prepares visitors side by side, before the clock runs.
PREPARERS = 4


@dataclass(frozen=True)
class Place:
    """One side of the comparison: where its server listens, where its Stripe is, and what its visitors know."""

    port: int
    facts: dict[str, Any]
    stripe_port: int = 0

    def street(self, seed: int) -> Street:
        return Street(Line(self.port), Line(self.stripe_port), self.facts, Random(seed))  # noqa: S311  (dice)


@dataclass
class Walks:
    """What a window brought: milliseconds of each walk, seconds from first to last, errors by their words."""

    times: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    own_cpu: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds if self.seconds else 0.0


def prepare(place: Place, how_many: int, come_up: Callable[[Street], Prepared]) -> list[Prepared]:
    """Let visitors come up to their last step. Raises Wrong, OSError."""
    streets: queue.SimpleQueue[Street] = queue.SimpleQueue()
    for number in range(PREPARERS):
        streets.put(place.street(number))

    def one(_: int) -> Prepared:
        street = streets.get()
        try:
            return come_up(street)
        finally:
            streets.put(street)

    with ThreadPoolExecutor(PREPARERS) as pool:
        ready = list(pool.map(one, range(how_many)))
    for _ in range(PREPARERS):
        streets.get().close()
    return ready


def walk(
    place: Place,
    act: Callable[..., None],
    *,
    clients: int,
    seconds: float,
    seed: int,
    ready: list[Prepared] | None = None,
) -> Walks:
    """Walk until the time is up, or until all who were `ready` have gone; each client begins at once again."""
    waiting: queue.SimpleQueue[Prepared] = queue.SimpleQueue()
    for prepared in ready or ():
        waiting.put(prepared)
    walks, gate = Walks(), threading.Barrier(clients + 1)

    def client(number: int) -> None:
        street = place.street(seed * 1000 + number)
        gate.wait()
        deadline = time.perf_counter() + seconds
        try:
            while time.perf_counter() < deadline:
                arguments = () if ready is None else (waiting.get_nowait(),)
                began = time.perf_counter()
                act(street, *arguments)
                walks.times.append((time.perf_counter() - began) * 1000)
        except queue.Empty:
            pass
        except (Wrong, OSError) as error:
            # A client that met an error goes home: an outage is told once per client and not a thousand times.
            walks.errors[str(error)] += 1
        finally:
            street.close()

    threads = [threading.Thread(target=client, args=(number,), daemon=True) for number in range(clients)]
    for thread in threads:
        thread.start()
    gate.wait()
    began, before = time.perf_counter(), _own_cpu()
    for thread in threads:
        thread.join()
    walks.seconds, walks.own_cpu = time.perf_counter() - began, _own_cpu() - before
    return walks


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
