"""Goods that are expected, and what came of them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from inventory.models.numbers import receipt_number
from inventory.models.shelf import Location, StockItem


class Receipt(models.Model):
    """One delivery that a supplier announced for one place; it may come in several goes.

    RECEIVED is the end if every line came as announced, CLOSED if something is missing or too many.
    """

    class State(models.TextChoices):
        OPEN = "open", "expected"
        RECEIVED = "received", "received"
        CLOSED = "closed", "closed with a difference"

    number = models.CharField(max_length=20, unique=True, default=receipt_number, editable=False)
    supplier = models.CharField(max_length=120)
    delivery_note = models.CharField(max_length=80, blank=True)
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["id"], condition=Q(state="open"), name="open_receipts")]
        constraints = [
            models.CheckConstraint(
                name="receipt_closed_at_its_end",
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state__in=["received", "closed"], closed_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"Receipt {self.number}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN


class ReceiptLineQuerySet(models.QuerySet["ReceiptLine"]):
    def different(self) -> "ReceiptLineQuerySet":
        """The lines of which fewer or more came than were announced."""
        return self.exclude(received=F("expected"))


class ReceiptLine(models.Model):
    """One item of a delivery: how many were announced, and how many came so far; 0 announced if it was a surprise.

    `received` is the sum of the movements that name the line.
    """

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    item = models.ForeignKey(StockItem, models.PROTECT, related_name="+")
    expected = models.PositiveIntegerField()
    received = models.PositiveIntegerField(default=0)

    objects = ReceiptLineQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["receipt", "position"], name="one_receipt_line_per_position"),
            models.UniqueConstraint(fields=["receipt", "item"], name="one_receipt_line_per_item"),
            models.CheckConstraint(
                condition=Q(expected__gte=0, received__gte=0), name="receipt_line_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt} line {self.position}"

    @property
    def reference(self) -> str:
        """How movements name the line."""
        return f"delivery {self.receipt.number} line {self.position}"

    @property
    def difference(self) -> int:
        """Below zero: so many are missing; above: too many."""
        return self.received - self.expected
