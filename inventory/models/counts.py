"""Counting what lies at a place, without looking at the books first."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Abs
from django.utils import timezone

from inventory.models.numbers import count_number
from inventory.models.shelf import Location, StockItem


class StockCount(models.Model):
    """What people counted at one place. Its differences move stock once it is posted, and not before."""

    class State(models.TextChoices):
        COUNTING = "counting", "counting"
        COUNTED = "counted", "counted, to post"
        POSTED = "posted", "posted"
        DISCARDED = "discarded", "discarded"

    OPEN: ClassVar = [State.COUNTING, State.COUNTED]

    number = models.CharField(max_length=20, unique=True, default=count_number, editable=False)
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    note = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.COUNTING, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        permissions = [("post_stockcount", "Can post stock counts")]
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=["counting", "counted"]), name="open_counts")
        ]
        constraints = [
            models.CheckConstraint(
                name="count_ended_at_its_end",
                condition=Q(state__in=["counting", "counted"], ended_at__isnull=True)
                | Q(state__in=["posted", "discarded"], ended_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"Count {self.number}"

    @property
    def reference(self) -> str:
        """How movements name the count."""
        return f"count {self.number}"


class StockCountLineQuerySet(models.QuerySet["StockCountLine"]):
    def counted(self) -> "StockCountLineQuerySet":
        return self.filter(counted__isnull=False)

    def pieces_off(self) -> int:
        """How many pieces were missing or too many, added up without regard to the sign."""
        off = models.Sum(Abs(F("counted") - F("expected")), output_field=models.BigIntegerField())
        return self.aggregate(off=off)["off"] or 0


class StockCountLine(models.Model):
    """One item of a count. `expected` is what the books said at the moment when `counted` was written down.

    So goods that are sold between the counting and the posting change neither figure: what is posted is the
    difference. `is_open` is the count's, kept here so that the database refuses two open counts of one level.
    """

    count = models.ForeignKey(StockCount, models.PROTECT, related_name="lines")
    item = models.ForeignKey(StockItem, models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    is_open = models.BooleanField(default=True)
    counted = models.PositiveIntegerField(null=True, blank=True)
    expected = models.PositiveIntegerField(null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)
    counted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    entry_key = models.CharField(max_length=40, blank=True)

    objects = StockCountLineQuerySet.as_manager()

    class Meta:
        ordering = ["item__sku"]
        constraints = [
            models.UniqueConstraint(fields=["count", "item"], name="one_count_line_per_item"),
            models.UniqueConstraint(
                fields=["item", "location"], condition=Q(is_open=True), name="one_open_count_per_level"
            ),
            models.CheckConstraint(
                name="count_line_whole_or_empty",
                condition=Q(counted__isnull=True, expected__isnull=True, counted_at__isnull=True)
                | Q(counted__gte=0, expected__gte=0, counted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} of {self.item}"

    @property
    def difference(self) -> int | None:
        """Below zero: so many are missing; above: too many. None before it was counted."""
        if self.counted is None or self.expected is None:
            return None
        return self.counted - self.expected
