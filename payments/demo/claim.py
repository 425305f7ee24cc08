"""One seeding at a time, once: a row that says who is at work and whether it is done."""

import time
from collections.abc import Callable
from datetime import timedelta

from config.models import PeriodicJob
from payments.demo.clock import real_now

NAME = "seed_demo"
# A run that was killed is taken for dead after this long.
LEASE = timedelta(seconds=30)
RENEW_EVERY = timedelta(seconds=5)


class TakenOver(Exception):
    """This run was silent for longer than LEASE and another one has gone on in its place."""


def is_known() -> bool:
    """Whether a seeding was ever begun here."""
    return PeriodicJob.objects.filter(name=NAME).exists()


class Claim:
    """The right to seed; `next_run_at` of its row says until when it holds, `last_run_at` when all was done."""

    def __init__(self) -> None:
        self._until = real_now()

    def take(self, *, waiting: Callable[[], None]) -> bool:
        """Take it, once nobody else has it; False if the seeding was finished. `waiting` is called once."""
        told = False
        while not self._try():
            if PeriodicJob.objects.filter(name=NAME).exclude(last_run_at=None).exists():
                return False
            if not told:
                waiting()
                told = True
            time.sleep(1)
        return True

    def _try(self) -> bool:
        now = real_now()
        self._until = now + LEASE
        _, is_new = PeriodicJob.objects.get_or_create(name=NAME, defaults={"next_run_at": self._until})
        free = PeriodicJob.objects.filter(name=NAME, last_run_at=None, next_run_at__lte=now)
        return is_new or bool(free.update(next_run_at=self._until))

    def renew(self) -> None:
        """Say that this run lives; cheap to call often. Raises TakenOver."""
        now = real_now()
        if self._until - now < LEASE - RENEW_EVERY:
            self._move(next_run_at=now + LEASE)
            self._until = now + LEASE

    def let_go(self) -> None:
        """Let the next run begin at once, after this one failed or was stopped."""
        self._own().update(next_run_at=real_now())

    def finish(self) -> None:
        """Nothing is left to seed. Raises TakenOver."""
        self._move(last_run_at=real_now())

    def _move(self, **changes: object) -> None:
        if not self._own().update(**changes):
            raise TakenOver("Another seed_demo has taken over, as this one was silent for too long.")

    def _own(self):
        return PeriodicJob.objects.filter(name=NAME, last_run_at=None, next_run_at=self._until)
