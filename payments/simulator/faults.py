"""Faults on demand, per endpoint: slowness, silence, broken connections, errors."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import Any

LONGEST_SECONDS = 3600
KINDS = (
    "delay",
    "hang",
    "hang_after",
    "reset_before",
    "reset_after",
    "error_500",
    "error_500_after",
    "saved_500",
    "saved_500_after",
    "rate_limit",
)


@dataclass
class Fault:
    """One fault for the next `times` calls of `endpoint`, such as `POST /v1/refunds`; `*` means every call.

    `seconds` is how long a `delay` waits, and how long a `hang` keeps silent before it drops the line.
    """

    endpoint: str
    kind: str
    times: int = 1
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"Unknown fault {self.kind!r}; there are {', '.join(KINDS)}.")
        if self.times < 1 or not 0 <= self.seconds <= LONGEST_SECONDS:
            raise ValueError(f"A fault needs times of at least 1 and seconds from 0 to {LONGEST_SECONDS}.")


class Faults:
    """The faults that still wait for a call to strike."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def list(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def strike(self, endpoint: str) -> Fault | None:
        """Return the first fault that fits the endpoint, and count it."""
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults:
                if fault.endpoint in ("*", endpoint):
                    fault.times -= 1
                    if not fault.times:
                        self._faults.remove(fault)
                    return fault
        return None
