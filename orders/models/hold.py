"""What keeps an order in the house although it is paid for."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from orders.models.order import Order


class OrderHoldQuerySet(models.QuerySet["OrderHold"]):
    def open(self) -> "OrderHoldQuerySet":
        return self.filter(lifted_at=None)


class OrderHold(models.Model):
    """A reason why an order may not be shipped now. `key` names the cause, which holds the order once."""

    class Kind(models.TextChoices):
        STOCK_SHORT = "stock_short", "stock is short"
        DISPUTE = "dispute", "dispute"
        REVIEW = "review", "under review"

    order = models.ForeignKey(Order, models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    why = models.CharField(max_length=300)
    key = models.CharField(max_length=120, unique=True)
    placed_at = models.DateTimeField(default=timezone.now, editable=False)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = OrderHoldQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["order"], condition=models.Q(lifted_at=None), name="open_holds_of_an_order")
        ]

    def __str__(self) -> str:
        return f"{self.order}: {self.get_kind_display()}"
