"""What happens by itself when its time has come on the simulator's clock."""

from __future__ import annotations

import threading
from collections.abc import Callable

from . import holds, refunds, sessions
from .work import Office, Work

ACTS: dict[str, Callable[[Work, str], None]] = {
    "expire_session": sessions.expire_if_open,
    "lapse_hold": holds.lapse,
    "succeed_refund": refunds.succeed,
    "fail_refund": refunds.fail,
}

PAUSE = 0.25


def run_due(office: Office) -> int:
    """Do every act whose time has come, each in a unit of work of its own; returns how many."""
    done = 0
    while _run_next(office):
        done += 1
    return done


def _run_next(office: Office) -> bool:
    with office.work() as work:
        row = work.store.db.execute(
            "SELECT rowid, act, object_id FROM timers WHERE due <= ? ORDER BY due, rowid LIMIT 1",
            (work.clock.exact(),),
        ).fetchone()
        if row is None:
            return False
        work.store.db.execute("DELETE FROM timers WHERE rowid = ?", (row[0],))
        ACTS[row[1]](work, row[2])
        return True


class Ticker:
    """A thread that looks a few times a second whether something is due."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="simulator-ticker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopped.wait(PAUSE):
            if self._something_is_due():
                run_due(self.office)

    def _something_is_due(self) -> bool:
        with self.office.store.lock:
            row = self.office.store.db.execute("SELECT MIN(due) FROM timers").fetchone()
        return row[0] is not None and row[0] <= self.office.clock.exact()
