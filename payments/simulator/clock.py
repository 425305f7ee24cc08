"""The simulator's own clock: real time, moved forward on request to see sessions expire and holds lapse."""

from __future__ import annotations

import time


class Clock:
    """Real time plus an offset in seconds."""

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset

    def now(self) -> int:
        """Return the simulated time in whole seconds since the epoch, as Stripe's `created` fields."""
        return int(time.time()) + self.offset

    def exact(self) -> float:
        """Return the simulated time with its fraction, for timers shorter than a second."""
        return time.time() + self.offset
