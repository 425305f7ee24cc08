"""Who waits for whom in PostgreSQL: a thread that looks every few milliseconds.

The server itself notes since when somebody waits (`pg_locks.waitstart`), so a wait that is seen is known to the last
look at it. One that is shorter than the time between two looks may not be seen; it is known to be shorter.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from inventory.models import StockLevel
from payments.stress.report import Report, in_words, spread

EVERY = 0.01
"""Seconds between two looks."""
_WAITING = """
    SELECT activity.pid, activity.query_start, max(extract(epoch FROM clock_timestamp() - locks.waitstart)) * 1000
    FROM pg_locks AS locks JOIN pg_stat_activity AS activity ON activity.pid = locks.pid
    WHERE NOT locks.granted AND activity.datname = current_database() AND activity.query LIKE %s
    GROUP BY activity.pid, activity.query_start
"""


@dataclass
class LockWatch:
    """`with LockWatch() as watch:`; afterwards `waits` holds the milliseconds of each wait for a shelf's row.

    On SQLite, which has one writer at a time and no such rows, nothing is watched.
    """

    waits: list[float] = field(default_factory=list)
    looks: int = 0
    is_watching: bool = False
    _seen: dict[tuple, float] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> "LockWatch":
        self.is_watching = connection.vendor == "postgresql"
        if self.is_watching:
            self._thread = threading.Thread(target=self._watch, name="lock watch", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()
        self.waits = list(self._seen.values())

    def _watch(self) -> None:
        pattern = f"%{StockLevel._meta.db_table}%"
        try:
            while not self._over.is_set():
                began = time.monotonic()
                with connection.cursor() as cursor:
                    cursor.execute(_WAITING, [pattern])
                    self._note(cursor.fetchall())
                self._over.wait(max(EVERY - (time.monotonic() - began), 0))
        finally:
            connection.close()  # this thread's own

    def _note(self, rows: list[tuple[Any, ...]]) -> None:
        self.looks += 1
        for pid, query_start, milliseconds in rows:
            key = pid, query_start
            self._seen[key] = max(self._seen.get(key, 0.0), float(milliseconds or 0))

    def tell(self, report: Report, *, updates: int, most: float) -> None:
        """Say how long acts waited for the shelf's row; `updates` is how many there were, seen waiting or not."""
        if not self.is_watching:
            report.say("Lock waits: not measured, only PostgreSQL tells.")
            return
        seen = spread(self.waits)
        unseen = [EVERY * 1000] * max(updates - len(self.waits), 0)
        overall = spread([*self.waits, *unseen])
        report.say(
            f"Lock waits on the shelf's row, looked for {self.looks} times: seen {in_words(seen)}; "
            f"of all {updates} acts on it p95 at most {overall['p95']:.0f} ms.",
            lock_waits=seen,
            lock_wait_p95=overall["p95"],
        )
        report.check(overall["p95"] < most, f"Waiting for the shelf's row: p95 below {most:.0f} ms.")
