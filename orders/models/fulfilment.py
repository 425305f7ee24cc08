"""A parcel: which pieces of an order left the house, with whom."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from orders.models.order import Order, OrderLine


class Fulfilment(models.Model):
    """One shipment of an order; `key` names the act, so that pressing twice sends nothing twice."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="fulfilments")
    carrier = models.CharField(max_length=60, blank=True)
    tracking_number = models.CharField(max_length=80, blank=True)
    tracking_url = models.URLField(max_length=300, blank=True)
    shipped_at = models.DateTimeField(default=timezone.now)
    delivered_at = models.DateTimeField(null=True, blank=True)
    shipped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    key = models.CharField(max_length=120, unique=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = "shipment"

    def __str__(self) -> str:
        return f"Shipment {self.pk} of {self.order}"


class FulfilmentLine(models.Model):
    fulfilment = models.ForeignKey(Fulfilment, models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="fulfilment_lines")
    quantity = models.PositiveIntegerField()

    class Meta:
        ordering = ["line__position"]
        constraints = [
            models.UniqueConstraint(fields=["fulfilment", "line"], name="one_fulfilment_line_per_line"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="fulfilment_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line.sku}"
