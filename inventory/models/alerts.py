"""What staff should know of an item: it is low, it ran out, or more of it is promised than there is."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from inventory.models.shelf import StockItem


class StockAlertQuerySet(models.QuerySet["StockAlert"]):
    def open(self) -> "StockAlertQuerySet":
        return self.filter(closed_at=None)

    def waiting(self) -> "StockAlertQuerySet":
        """Those that nobody of the staff has acknowledged."""
        return self.open().filter(acknowledged_at=None)

    def to_mail(self) -> "StockAlertQuerySet":
        return self.waiting().filter(mailed_at=None)


class StockAlert(models.Model):
    """One crossing of a line, from when it was seen until the stock is back above; figures are those of that moment.

    An item has at most one open alert of each kind. An item that ran out is low too, and has both.
    """

    class Kind(models.TextChoices):
        LOW = "low", "low"
        OUT = "out", "out of stock"
        DEFICIT = "deficit", "deficit"

    item = models.ForeignKey(StockItem, models.PROTECT, related_name="alerts")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    free = models.IntegerField(
        "available", help_text="At all places that feed the shop; below 0 is promised."
    )
    threshold = models.PositiveIntegerField()
    missing = models.PositiveIntegerField(
        default=0, help_text="Pieces promised beyond the shelf and the backorders that are allowed."
    )
    sold = models.PositiveIntegerField("sold lately", default=0)
    suggested = models.PositiveIntegerField("order", help_text="How many pieces to order.")
    opened_at = models.DateTimeField("since", default=timezone.now, editable=False)
    mailed_at = models.DateTimeField("mailed", null=True, blank=True)
    acknowledged_at = models.DateTimeField("acknowledged", null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField("over", null=True, blank=True)

    objects = StockAlertQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        permissions = [("acknowledge_stockalert", "Can acknowledge stock alerts")]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "kind"], condition=Q(closed_at=None), name="one_open_alert_per_item_and_kind"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None, acknowledged_by=None)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="alert_acknowledged_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(kind="deficit", missing__gt=0) | ~Q(kind="deficit"),
                name="alert_of_a_deficit_says_how_many",
            ),
        ]
        indexes = [
            models.Index(fields=["-id"], condition=Q(closed_at=None), name="open_stock_alerts"),
        ]

    def __str__(self) -> str:
        return f"{self.item.sku}: {self.get_kind_display()}"
