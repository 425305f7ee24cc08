"""What is promised to whom."""

from django.db import models
from django.db.models import Q, Sum
from django.utils import timezone

from inventory.models.shelf import Location, StockItem


class PromiseQuerySet(models.QuerySet):
    def open(self):
        return self.filter(quantity__gt=0)

    def pieces(self) -> dict[str, int]:
        """How many of each SKU are still promised."""
        rows = self.open().values_list("item__sku").annotate(Sum("quantity")).order_by("item__sku")
        return dict(rows)


class Reservation(models.Model):
    """Stock held for one checkout until it pays or its time is over; `quantity` is what is still held."""

    reference = models.CharField(max_length=80)
    item = models.ForeignKey(StockItem, models.PROTECT, related_name="reservations")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "item", "location"], name="one_reservation_per_cause"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="reservation_not_negative"),
        ]
        indexes = [
            models.Index(fields=["item", "location"], condition=Q(quantity__gt=0), name="open_reservations")
        ]

    def __str__(self) -> str:
        return f"{self.quantity} held for {self.reference}"


class Allocation(models.Model):
    """Stock promised to one order; `quantity` is what still has to leave the shelf for it."""

    reference = models.CharField(max_length=80)
    item = models.ForeignKey(StockItem, models.PROTECT, related_name="allocations")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "item", "location"], name="one_allocation_per_cause"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="allocation_not_negative"),
        ]
        indexes = [
            models.Index(fields=["item", "location"], condition=Q(quantity__gt=0), name="open_allocations")
        ]

    def __str__(self) -> str:
        return f"{self.quantity} promised to {self.reference}"
