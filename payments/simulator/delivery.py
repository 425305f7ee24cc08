"""Where webhooks go, what happens to them on the way, and the one that waits for its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from . import events

LONGEST_SECONDS = 24 * 3600
MODES = ("normal", "drop", "double", "twin", "shuffle", "late")


@dataclass(frozen=True)
class Endpoint:
    """Where webhooks go. `secrets` are whole `whsec_…` texts; `enabled` are event types, `*` allowed.

    A refused delivery is tried again after `retry_seconds`, then twice that, and so on up to
    `longest_wait`, `attempts` times in all. An answer must come within `timeout` seconds.
    """

    url: str | None
    secrets: Sequence[str]
    enabled: tuple[str, ...] = events.DEFAULT_ENABLED
    retry_seconds: float = 1.0
    longest_wait: float = 60.0
    attempts: int = 12
    timeout: float = 20.0


@dataclass(frozen=True)
class Mode:
    """What happens to webhooks on their way.

    normal; `drop` loses them; `double` sends each twice; `twin` makes two Event objects for one happening
    and sends both, as Stripe sometimes does; `shuffle` sends each at a random moment within
    `seconds`; `late` sends each after `seconds`. `types` limits it to some event types (patterns as
    `charge.*`), `times` to the next so many events.
    """

    mode: str = "normal"
    seconds: float = 1.0
    types: tuple[str, ...] = ("*",)
    times: int | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f"Unknown webhook mode {self.mode!r}; there are {', '.join(MODES)}.")
        if not 0 <= self.seconds <= LONGEST_SECONDS or (self.times is not None and self.times < 1):
            raise ValueError(f"A mode needs seconds from 0 to {LONGEST_SECONDS} and times of at least 1.")
        if not all(isinstance(kind, str) for kind in self.types):
            raise ValueError("The types of a mode are event types, such as charge.refunded or charge.*.")


@dataclass(order=True)
class Job:
    """A delivery that waits in memory for its time."""

    due: float
    delivery_id: int
    event_id: str = field(compare=False)
