"""How often something may begin, exactly, whichever process counts; and whose turn comes when there is a rush.

The generic cell rate algorithm (ITU-T I.371) on one row: every beginning takes the next slot, slots lie 1/rate apart,
and those of one window may be taken at once. Who comes later is told when the own slot is: a place in line that nobody
gets before. One UPSERT each time; while the line is long and people come quickly, one for several: a process then takes
slots for those who come next as well, no more than a `SHARE` of the wait, so nobody is overtaken by more than that.
"""

import threading
import time
from collections import deque

from django.db import connection

from config.models import Pace

SECOND = 1_000_000
"""Times are whole microseconds since 1970."""
SHARE = 0.05
QUICKLY = 0.2
"""Seconds: slots in hand that were given out within them are followed by twice as many, else by one."""
KEPT = 1.0
"""Seconds after which slots in hand are let go: nobody came for them."""


class _Line:
    """What this process knows of one line: slots in hand, the last one given, and until when no more are to be had."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.slots: deque[float] = deque()
        self.many = 1
        self.taken_at = 0.0
        self.last = 0.0
        self.full_until = 0.0


_lines: dict[str, _Line] = {}


def forget() -> None:
    """Let go of the slots in hand; nobody gets them."""
    _lines.clear()


def take(name: str, *, rate: float, window: float, longest: float) -> float | None:
    """Take the next slot under `name`, and return when it is (seconds since 1970): now or before means at once.

    `rate` is slots a second, `window` the seconds whose slots may be taken at once. Nobody waits more than `longest`
    seconds: then no slot is taken, and None returned. Call it outside a transaction: a rollback would give the slot
    back, but tell nobody.
    """
    line = _lines.setdefault(name, _Line())
    with line.lock:
        now = time.time()
        if line.slots and (now - line.taken_at > KEPT or line.slots[0] <= now):
            line.slots.clear()
        if not line.slots and now >= line.full_until:
            share = max(int((line.last - now) * rate * SHARE), 1)
            wanted = min(2 * line.many, share) if now - line.taken_at < QUICKLY else 1
            for line.many in sorted({wanted, 1}, reverse=True):
                line.slots.extend(_take(name, line.many, rate=rate, window=window, longest=longest))
                if line.slots:
                    line.taken_at = now
                    break
            else:
                line.full_until = now + 1 / rate  # until then nobody leaves the line
        if not line.slots:
            return None
        line.last = line.slots.popleft()
        return line.last


def _take(name: str, many: int, *, rate: float, window: float, longest: float) -> list[float]:
    """Take the next slots, so many of them or none; when they are."""
    step = int(SECOND / rate)
    slack = max(int(window * SECOND) - step, 0)
    table = connection.ops.quote_name(Pace._meta.db_table)
    said: dict[str, str | int] = {
        "name": name,
        "now": int(time.time() * SECOND),
        "steps": many * step,
        "before": slack - (many - 1) * step,
        "longest": int(longest * SECOND),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (name, next_at) VALUES (%(name)s, %(now)s + %(steps)s) "  # noqa: S608 (its own table)
            f"ON CONFLICT (name) DO UPDATE SET next_at = %(steps)s + "
            f"CASE WHEN {table}.next_at > %(now)s THEN {table}.next_at ELSE %(now)s END "
            f"WHERE {table}.next_at - %(before)s - %(now)s <= %(longest)s RETURNING next_at",
            said,
        )
        row = cursor.fetchone()
    first = row[0] - many * step - slack if row else 0
    return [(first + place * step) / SECOND for place in range(many)] if row else []


def next_at(name: str) -> int:
    """When the next slot under this name is, as it is kept; 0 if none was ever taken."""
    return Pace.objects.filter(name=name).values_list("next_at", flat=True).first() or 0


def shorten(name: str, next_at: int) -> None:
    """Let the line be no longer than it was: those who stood in it since are known not to come."""
    Pace.objects.filter(name=name, next_at__gt=next_at).update(next_at=next_at)
