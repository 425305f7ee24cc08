"""Processor time of processes, by Linux's books in /proc (proc(5)); elsewhere nothing is known of it."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def spent(pid: int) -> float | None:
    """Seconds of processor time a process has used so far, in user and kernel; None if it cannot be read."""
    try:
        said = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name, in parentheses, may hold anything; utime and stime are the 14th and 15th field.
    user, system = said.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS


def family(pid: int) -> list[int]:
    """A process and its children, such as gunicorn and its workers."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        children = []
    return [pid, *map(int, children)]


def memory(pids: Iterable[int]) -> int | None:
    """Bytes that only these processes hold (proportional set size); None if it cannot be read."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            return None
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


class Meter:
    """Reads a group of processes before and after; one that came in between counts from its beginning."""

    def __init__(self, pids: Iterable[int]):
        self._before = {pid: spent(pid) for pid in pids}

    def since(self, pids: Iterable[int]) -> float | None:
        """Seconds used since the meter was made by those who are there now; None if nothing could be read."""
        now = {pid: seconds for pid in pids if (seconds := spent(pid)) is not None}
        if not now:
            return None
        return sum(seconds - (self._before.get(pid) or 0.0) for pid, seconds in now.items())
