"""A circuit breaker that all processes share: who depends on an outside service stops asking it while it is away.

    stripe = Breaker("stripe", label="Calls to Stripe", says="…")
    with stripe.passing(is_failure):
        ...                                # raises Away while the breaker is open

Closed, calls pass. After `BREAKER_FAILURES` failures in a row, none more than `BREAKER_WINDOW_SECONDS` after the one
before, it is open: no call is begun. After `BREAKER_COOL_DOWN_SECONDS` one caller is let through to try (half-open);
its success closes the breaker, its failure opens it anew. Somebody who opens it by hand keeps it open until it is
closed by hand.

The state is one row. Each process reads it anew every `KNOWN_FOR` seconds, so it opens and closes everywhere within
that; a healthy call writes nothing. Every move is a guarded UPDATE of its own: two that move at once make one move.
Calls are made outside transactions: one that rolled back around a call would forget that it failed.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from config.models import BreakerState

logger = logging.getLogger("tally.breaker")

KNOWN_FOR = 1.0
"""Seconds after which a process looks again."""
PROBE_TAKES = timedelta(seconds=20)
"""Longer than a call takes: who tries and has said nothing by then has died, and another one may try."""
S = BreakerState.State


class Away(Exception):
    """The breaker is open: the call was not begun."""


class Breaker:
    """One service that may be away; `label` and `says` are words for staff."""

    def __init__(self, name: str, *, label: str, says: str):
        self.name, self.label, self.says = name, label, says
        self._row: BreakerState | None = None
        self._known_until = float("-inf")
        self._answered_at: datetime | None = None
        breakers[name] = self

    # --- what is so ---------------------------------------------------------------------------------
    def state(self) -> BreakerState:
        """The row as this process knows it, read at most `KNOWN_FOR` seconds ago; not to be saved."""
        row = self._row
        if row is None or time.monotonic() > self._known_until:
            row = self._look()
        return row

    @property
    def is_away(self) -> bool:
        """Whether a call would not be begun now."""
        row = self.state()
        return row.state != S.CLOSED and not row.may_try

    def assume(self, row: BreakerState | None = None) -> None:
        """Take this for the row as it was just read; without one, that it is closed and nothing has failed."""
        self._row = row or BreakerState(name=self.name)
        self._known_until = time.monotonic() + KNOWN_FOR

    def _look(self) -> BreakerState:
        row = self._rows().first() or BreakerState(name=self.name)
        self.assume(row)
        return row

    def _rows(self):
        return BreakerState.objects.filter(name=self.name)

    # --- calls --------------------------------------------------------------------------------------
    @contextmanager
    def passing(self, is_failure: Callable[[Exception], bool]) -> Iterator[None]:
        """Let one call through, and hear how it ends; an error that is no failure is an answer. Raises Away."""
        probe = self._let_in()
        try:
            yield
        except Exception as error:
            if is_failure(error):
                self._failed(probe, str(error))
            else:
                self._answered(probe)
            raise
        self._answered(probe)

    def _let_in(self) -> datetime | None:
        """Until when the caller is the one who tries; None while the breaker is closed. Raises Away."""
        row = self.state()
        if row.state == S.CLOSED:
            return None
        if row.may_try:
            now = timezone.now()
            due = self._rows().filter(state__in=[S.OPEN, S.HALF_OPEN], try_at__lte=now)
            if self._move(due, state=S.HALF_OPEN, try_at=now + PROBE_TAKES):
                return now + PROBE_TAKES
            if self.state().state == S.CLOSED:
                return None
        raise Away(row.reason)

    def _answered(self, probe: datetime | None) -> None:
        self._answered_at = timezone.now()
        if probe and self._move(self._mine(probe), **_closed(self._answered_at)):
            logger.warning("%s go on: one was answered.", self.label)

    def _failed(self, probe: datetime | None, why: str) -> None:
        now = timezone.now()
        again = {"reason": why[:200], "failed_at": now}
        opened = {"state": S.OPEN, "try_at": now + timedelta(seconds=settings.BREAKER_COOL_DOWN_SECONDS)}
        if probe:
            self._move(self._mine(probe), failures=F("failures") + 1, **again, **opened)
            return
        with transaction.atomic():
            self._make_row()
            closed = self._rows().filter(state=S.CLOSED)
            in_a_row = Q(failed_at__gte=self._unbroken_since(now))
            closed.update(failures=Case(When(in_a_row, then=F("failures") + 1), default=Value(1)), **again)
            too_many = closed.filter(failures__gte=settings.BREAKER_FAILURES)
            has_opened = too_many.update(changed_at=now, **opened)
        self._look()
        if has_opened:
            logger.error("%s stop: %s failures in a row. %s", self.label, settings.BREAKER_FAILURES, why)

    def _unbroken_since(self, now: datetime) -> datetime:
        """A failure before this is not of the same row: too long ago, or this process had an answer since."""
        oldest = now - timedelta(seconds=settings.BREAKER_WINDOW_SECONDS)
        return max(oldest, self._answered_at) if self._answered_at else oldest

    def _mine(self, probe: datetime):
        return self._rows().filter(state=S.HALF_OPEN, try_at=probe)

    def _move(self, rows, **changes: object) -> bool:
        """Change these rows, and look again."""
        moved = bool(rows.update(**changes))
        self._look()
        return moved

    def _make_row(self) -> None:
        BreakerState.objects.bulk_create([BreakerState(name=self.name)], ignore_conflicts=True)

    # --- by hand ------------------------------------------------------------------------------------
    @transaction.atomic
    def open(self, reason: str) -> bool:
        """Let no call through until somebody closes it; returns whether that changed anything."""
        self._make_row()
        rows = self._rows().exclude(state=S.OPEN, try_at=None)
        moved = rows.update(state=S.OPEN, try_at=None, reason=reason[:200], changed_at=timezone.now())
        transaction.on_commit(self._look)
        return bool(moved)

    @transaction.atomic
    def close(self) -> bool:
        """Let calls pass again, with no failure counted; returns whether that changed anything."""
        rows = self._rows().exclude(state=S.CLOSED, failures=0)
        moved = rows.update(**_closed(timezone.now()))
        transaction.on_commit(self._look)
        return bool(moved)


def _closed(now: datetime) -> dict[str, object]:
    return {"state": S.CLOSED, "failures": 0, "reason": "", "try_at": None, "changed_at": now}


breakers: dict[str, Breaker] = {}


def label_of(name: str) -> str:
    """How staff call a breaker; its bare name if the shop does not know it any more."""
    return breakers[name].label if name in breakers else name


def make_rows(**_: object) -> None:
    """Have a row for each breaker, for the console to list; after each `migrate`, and safe to repeat."""
    for breaker in breakers.values():
        breaker._make_row()


def what_is_open() -> str:
    """For `doctor`: which breakers are open and why; empty if none is."""
    rows = BreakerState.objects.exclude(state=S.CLOSED)
    return " ".join(
        f"{label_of(row.name)} have stopped: {row.reason.rstrip('.')}. {row.next_words}" for row in rows
    )
