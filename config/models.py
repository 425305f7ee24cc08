"""Rows that keep the house running: throttle counters, the clock of periodic work, the last proof of the books."""

from django.db import models


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
