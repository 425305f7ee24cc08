"""Rows that keep the house running: throttle counters, the clock of periodic work, the last proof of the books."""

from django.db import models
from django.utils import timezone


class ThrottleCounter(models.Model):
    """How often one key was used in one window; counted by an UPSERT, exact on both databases."""

    key = models.CharField(max_length=120)
    window_start = models.DateTimeField()
    uses = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "window_start"], name="one_counter_per_key_and_window")
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.uses}"


class PeriodicJob(models.Model):
    """When a periodic job is due next; a conditional UPDATE elects the one process that starts it."""

    name = models.CharField(max_length=60, unique=True)
    next_run_at = models.DateTimeField()
    last_run_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class WorkerBeat(models.Model):
    """That a worker lives: it says so every few seconds; tasks of one that fell silent are taken up again."""

    worker = models.CharField(max_length=64, unique=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.worker


class BooksProof(models.Model):
    """The last proof of the books, one row: what it found, in sentences, and how long it took."""

    checked_at = models.DateTimeField()
    seconds = models.FloatField()
    rules = models.PositiveIntegerField()
    found = models.PositiveIntegerField()
    sentences = models.JSONField(default=list)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_proof_of_the_books")]

    def __str__(self) -> str:
        return f"{self.found} contradictions of {self.rules} rules"

    @property
    def balances(self) -> bool:
        return self.found == 0


class Toggle(models.Model):
    """A switch as staff have set it; `config.toggles` knows what it is for."""

    name = models.CharField(max_length=40, unique=True)
    is_on = models.BooleanField("on", default=True)
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        permissions = [("switch_toggle", "Can switch features on and off")]

    def __str__(self) -> str:
        return self.name


class Pace(models.Model):
    """When the next slot of something is that may not begin too often: see `config.pace`."""

    name = models.CharField(max_length=40, unique=True)
    next_at = models.BigIntegerField(help_text="Microseconds since 1970.")

    def __str__(self) -> str:
        return self.name


class BreakerState(models.Model):
    """How one circuit breaker stands, for all processes: see `config.breaker`.

    `failures` counts those in a row. `try_at` is when, open, somebody may try again, and, half-open, when who tries has
    died; open without it, somebody has opened it by hand.
    """

    class State(models.TextChoices):
        CLOSED = "closed", "closed"
        OPEN = "open", "open"
        HALF_OPEN = "half_open", "half-open"

    name = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.CLOSED)
    failures = models.PositiveIntegerField("failures in a row", default=0)
    reason = models.CharField(max_length=200, blank=True)
    failed_at = models.DateTimeField("last failure", null=True)
    try_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField("since", null=True)

    class Meta:
        ordering = ["name"]
        verbose_name = "circuit breaker"
        permissions = [("operate_breaker", "Can open and close circuit breakers")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="half_open", try_at=None), name="breaker_tries_for_a_while"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="closed", try_at__isnull=False), name="breaker_closed_tries_nothing"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def may_try(self) -> bool:
        """Whether the time has come for somebody to try."""
        return self.try_at is not None and self.try_at <= timezone.now()

    @property
    def is_open_by_hand(self) -> bool:
        return self.state == self.State.OPEN and self.try_at is None

    @property
    def next_words(self) -> str:
        """What comes next, in a sentence."""
        if self.state == self.State.CLOSED:
            return "All calls pass."
        if self.state == self.State.HALF_OPEN:
            return "One caller is trying now."
        if self.try_at is None:
            return "It was opened by hand, and stays so until it is closed by hand."
        return "The next caller tries." if self.may_try else "It tries again by itself within seconds."
