"""Sends what a rush offers: `python -m payments.stress.generator`, its plan as JSON on stdin, what it saw on stdout.

One thread over bare sockets, so that it takes as little as can be from the shop beside which it runs; standard library
only. The load is open: each request has its moment, whether those before it were answered or not, and its time is
measured from that moment. Each comes on a connection of its own, as from a browser of its own. Where a plan says that
no more than so many connections may be open at once, whoever finds none free for `TOO_LATE` is not sent at all: then
times count from the sending, and how many were really sent is part of what was seen.
"""

import errno
import heapq
import json
import resource
import selectors
import signal
import socket
import sys
import time
from dataclasses import asdict, dataclass, field

from config.answers import Answer, request

LONGEST = 30.0
"""Seconds after which nobody waits any more."""
TOO_LATE = 0.2
"""Seconds after which somebody for whom no connection is free goes home, if they have no place in line."""
BREATH = 0.002
"""Seconds for which it may sleep before it looks at the clock again."""


@dataclass
class Plan:
    """Who comes when: buyer number n (from `first` on, every `step`-th) at `begin` + n / `rate`, seconds since 1970.

    No more than `connections` are open at once; 0: as many as it takes.
    """

    host: str
    port: int
    here: str
    begin: float
    seconds: float
    rate: float
    reads: float
    connections: int
    first: int
    step: int
    path: str
    fields: dict[str, str]
    emails: list[str]
    cookies: list[dict[str, str]]
    pages: list[str]


@dataclass
class Seen:
    """One request: `number` is the buyer's, or -1 for a reader; times in seconds after the beginning."""

    number: int
    due: float
    sent: float
    took: float = 0.0
    status: int = 0
    location: str = ""
    is_again: bool = False


@dataclass
class _Flight:
    """A request under way, on its socket."""

    seen: Seen
    line: socket.socket
    left: bytes
    received: list[bytes] = field(default_factory=list)


class Generator:
    """Sends a plan, and looks after the answers. Who is given a place in line comes back when it is their turn."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self.done: list[Seen] = []
        self._poll = selectors.DefaultSelector()
        self._flights: set[int] = set()
        self.is_stopped = False
        self._agenda = _agenda(plan)
        heapq.heapify(self._agenda)

    def run(self) -> list[Seen]:
        """Send until the time is over, wait for what is under way, and tell all that was seen."""
        end = self.plan.seconds
        while not self.is_stopped and (self._flights or (self._agenda and self._now() < end)):
            now = self._now()
            while self._agenda and self._agenda[0][0] <= now < end and self._may_connect:
                due, number, is_again = heapq.heappop(self._agenda)
                if is_again or not self._is_too_late(due):
                    self._send(due, number, is_again)
            for key, _ in self._poll.select(self._pause()):
                self._serve(key.data)
            if now > end + LONGEST:
                break
        for key in list(self._poll.get_map().values()):
            if self.is_stopped:
                key.data.line.close()  # nobody knows what it would have been answered
            else:
                self._land(key.data, status=0)
        return self.done

    def stop(self, *_: object) -> None:
        """Tell what was seen so far; a handler of signals."""
        self.is_stopped = True

    def _now(self) -> float:
        return time.time() - self.plan.begin

    @property
    def _may_connect(self) -> bool:
        return not self.plan.connections or len(self._flights) < self.plan.connections

    def _is_too_late(self, due: float) -> bool:
        return bool(self.plan.connections) and self._now() - due > TOO_LATE

    def _pause(self) -> float:
        if not self._agenda or not self._may_connect:
            return 0.05
        return min(max(self._agenda[0][0] - self._now(), 0.0), BREATH if self._flights else 0.05)

    def _send(self, due: float, number: int, is_again: bool) -> None:
        seen = Seen(number, due, self._now(), is_again=is_again)
        line = socket.socket(socket.AF_INET6 if ":" in self.plan.host else socket.AF_INET)
        line.setblocking(False)
        problem = line.connect_ex((self.plan.host, self.plan.port))
        flight = _Flight(seen, line, self._words(number, len(self.done)))
        if problem not in {0, errno.EINPROGRESS}:
            line.close()
            self.done.append(seen)
            return
        self._flights.add(line.fileno())
        self._poll.register(line, selectors.EVENT_WRITE, flight)

    def _words(self, number: int, dice: int) -> bytes:
        plan, headers = self.plan, {"Connection": "close"}
        if number < 0:
            page = plan.pages[dice % len(plan.pages)]
            return request("GET", page, here=plan.here, cookies={}, headers=headers)
        mine = number // plan.step
        fields = {**plan.fields, "email": plan.emails[mine]}
        return request(
            "POST", plan.path, here=plan.here, cookies=plan.cookies[mine], fields=fields, headers=headers
        )

    def _serve(self, flight: _Flight) -> None:
        try:
            if flight.left:
                flight.left = flight.left[flight.line.send(flight.left) :]
                if not flight.left:
                    self._poll.modify(flight.line, selectors.EVENT_READ, flight)
                return
            more = flight.line.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            self._land(flight, status=0)
            return
        if more:
            flight.received.append(more)
        else:
            self._answered(flight)

    def _answered(self, flight: _Flight) -> None:
        try:
            answer = Answer.read(b"".join(flight.received))
        except ValueError:
            self._land(flight, status=0)
            return
        self._land(flight, status=answer.status, location=answer.header("Location"))
        number = flight.seen.number
        if answer.status == 429 and number >= 0:
            answer.give_cookies(self.plan.cookies[number // self.plan.step])
            turn = self._now() + float(answer.header("Retry-After") or 1)
            heapq.heappush(self._agenda, (turn, number, True))

    def _land(self, flight: _Flight, *, status: int, location: str = "") -> None:
        self._flights.discard(flight.line.fileno())
        self._poll.unregister(flight.line)
        flight.line.close()
        seen = flight.seen
        since = seen.sent if self.plan.connections else seen.due
        seen.took, seen.status, seen.location = self._now() - since, status, location
        self.done.append(seen)


def _agenda(plan: Plan) -> list[tuple[float, int, bool]]:
    """When which buyer comes, and, as number -1, each reader."""
    buyers = range(plan.first, int(plan.rate * plan.seconds), plan.step)
    readers = range(plan.first, int(plan.reads * plan.seconds), plan.step)
    return [
        *((number / plan.rate, number, False) for number in buyers),
        *((number / plan.reads, -1, False) for number in readers),
    ]


def main() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    generator = Generator(Plan(**json.load(sys.stdin)))
    signal.signal(signal.SIGTERM, generator.stop)
    json.dump([asdict(each) for each in generator.run()], sys.stdout)


if __name__ == "__main__":
    main()
