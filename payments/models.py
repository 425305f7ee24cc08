"""Money: what was authorised and settled, the ledger that proves it, and what Stripe told us."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from config.money import MoneyField
from orders.models import Checkout, Order


class Payment(models.Model):
    """The payment of one checkout. The row, with its idempotency key, is committed before Stripe is called.

    `authorised`, `captured`, `voided` and `refunded` are copies of the sums of its events, in minor units.
    """

    class State(models.TextChoices):
        PENDING = "pending", "pending"
        AUTHORISED = "authorised", "authorised"
        CAPTURED = "captured", "settled"
        PART_REFUNDED = "part_refunded", "partly refunded"
        REFUNDED = "refunded", "refunded"
        VOIDED = "voided", "released"
        EXPIRED = "expired", "expired"
        FAILED = "failed", "failed"

    checkout = models.OneToOneField(Checkout, models.PROTECT, related_name="payment")
    order = models.OneToOneField(Order, models.PROTECT, null=True, blank=True, related_name="payment")
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    idempotency_key = models.CharField(max_length=80, unique=True)
    session_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    session_url = models.TextField(blank=True)
    intent_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    currency = models.CharField(max_length=3)
    amount = MoneyField(help_text="What the session asks for.")
    authorised = MoneyField(default=0)
    captured = MoneyField(default=0)
    voided = MoneyField(default=0)
    refunded = MoneyField(default=0)
    capture_before = models.DateTimeField(null=True, blank=True)
    card_brand = models.CharField(max_length=30, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    amount__gte=0, authorised__gte=0, captured__gte=0, voided__gte=0, refunded__gte=0
                ),
                name="payment_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(authorised__gte=F("captured") + F("voided")), name="payment_within_authorised"
            ),
            models.CheckConstraint(
                condition=Q(captured__gte=F("refunded")), name="payment_refunds_within_captured"
            ),
        ]

    def __str__(self) -> str:
        return f"Payment of {self.checkout.number}"


class PaymentEvent(models.Model):
    """One line of the money ledger; append-only.

    An operation of ours is `requested` before Stripe is called and `succeeded` or `failed` after; both lines carry
    the same `operation`. `key` is unique, so that news that arrives twice is booked once.
    """

    class Kind(models.TextChoices):
        AUTHORISE = "authorise"
        CAPTURE = "capture"
        VOID = "void"
        REFUND = "refund"
        DISPUTE = "dispute"

    class Result(models.TextChoices):
        REQUESTED = "requested"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    result = models.CharField(max_length=10, choices=Result.choices)
    operation = models.CharField(
        max_length=80, db_index=True, help_text="Its idempotency key at Stripe, if it is ours."
    )
    key = models.CharField(max_length=120, unique=True)
    amount = MoneyField()
    stripe_id = models.CharField(max_length=255, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="payment_event_not_negative")]

    def __str__(self) -> str:
        return f"{self.kind} {self.result} {self.amount}"


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
    """A difference between Stripe and the books that a person should see; one open row per key."""

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=60)
    sentence = models.CharField(max_length=400)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, blank=True, related_name="findings")
    found_at = models.DateTimeField(default=timezone.now, editable=False)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.sentence
