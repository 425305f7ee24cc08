"""What Stripe told us, and what we found that does not fit."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from payments.models.payment import Payment


class WebhookEvent(models.Model):
    """The inbox: an event that was proven to be Stripe's, and what it did here."""

    class State(models.TextChoices):
        RECEIVED = "received", "received"
        PROCESSED = "processed", "processed"
        IGNORED = "ignored", "ignored"
        FAILED = "failed", "failed"

    event_id = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=80, db_index=True)
    object_id = models.CharField(max_length=255, db_index=True)
    body = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    effect = models.CharField(max_length=300, blank=True)
    payment = models.ForeignKey(
        Payment, models.SET_NULL, null=True, blank=True, related_name="webhook_events"
    )
    received_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["received_at"], condition=Q(state__in=["received", "failed"]), name="events_undecided"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"


class Finding(models.Model):
    """A difference between Stripe and the books; one row per key. `about` is what it is about, in Stripe's words.

    One that is gone closes by itself, and opens again should it come back; one that staff resolved stays so, unless
    what it says has changed.
    """

    class Outcome(models.TextChoices):
        STAFF = "staff", "resolved by staff"
        REPAIRED = "repaired", "repaired"
        GONE = "gone", "gone by itself"

    key = models.CharField(max_length=400, unique=True)
    kind = models.CharField(max_length=60)
    about = models.CharField(max_length=255, blank=True, default="", db_default="")
    sentence = models.CharField(max_length=400)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, blank=True, related_name="findings")
    found_at = models.DateTimeField(default=timezone.now, editable=False)
    resolved_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True, default="", db_default="")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.sentence
