"""The ledger of the shelf."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from inventory.models.shelf import Location, StockItem


class StockMovement(models.Model):
    """One line of the ledger: three deltas and the figures after them; append-only.

    `reference` names the cause ("checkout T-…", "order T-… line 3", a receipt), `key` is unique, so that a
    cause that arrives twice moves stock once.
    """

    class Kind(models.TextChoices):
        RECEIVE = "receive"
        ADJUST = "adjust"
        COUNT = "count"
        RESERVE = "reserve"
        RELEASE = "release"
        ALLOCATE = "allocate"
        DEALLOCATE = "deallocate"
        SHIP = "ship"
        PUT_BACK = "put_back"
        TRANSFER = "transfer"

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    item = models.ForeignKey(StockItem, models.PROTECT, related_name="movements")
    location = models.ForeignKey(Location, models.PROTECT, related_name="+")
    on_hand_delta = models.IntegerField(default=0)
    reserved_delta = models.IntegerField(default=0)
    allocated_delta = models.IntegerField(default=0)
    on_hand_after = models.IntegerField()
    reserved_after = models.IntegerField()
    allocated_after = models.IntegerField()
    reference = models.CharField(max_length=80, db_index=True)
    reason = models.CharField(max_length=200, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-pk"]
        permissions = [("export_stockmovement", "Can export stock movements")]
        indexes = [
            models.Index(fields=["item", "location", "-id"], name="movements_of_a_level"),
            models.Index(fields=["at"], name="movements_by_time"),
        ]
        constraints = [
            models.CheckConstraint(
                name="movement_moves_something",
                condition=~Q(on_hand_delta=0)
                | ~Q(reserved_delta=0)
                | ~Q(allocated_delta=0)
                | Q(kind="count"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.item_id} ({self.reference})"
