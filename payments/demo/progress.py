"""Tells on the terminal, or in a log, how far a long step is: about ten lines, fewer for a quick one."""

import time
from collections.abc import Callable, Iterable

EVERY_SECONDS = 1.0
PARTS = 10


class Progress:
    """`say` writes a line, `beat` is called with each sign of life."""

    def __init__(self, say: Callable[[str], object], beat: Callable[[], object]):
        self._say = say
        self._beat = beat

    def follow(self, what: str, steps: Iterable[int], total: int) -> int:
        """Go through the steps, each of which yields how much is done, and tell about it; returns the last."""
        began = told = time.monotonic()
        done, next_part = 0, total / PARTS
        for done in steps:
            self._beat()
            if next_part <= done < total and time.monotonic() - told > EVERY_SECONDS:
                told, next_part = time.monotonic(), done + total / PARTS
                self._say(f"  {what}: {done:,} of {total:,} ({done * 100 // max(total, 1)} %)")
        self._say(f"  {what}: {done:,} in {time.monotonic() - began:.1f} s")
        return done
