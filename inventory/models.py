"""What is on the shelf, what is promised to whom, and the ledger that proves both."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone


class Location(models.Model):
    """A place that holds stock. Only sellable places feed the shop; lower priority numbers first."""

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=80)
    is_sellable = models.BooleanField("feeds the shop", default=True)
    priority = models.PositiveSmallIntegerField(default=10)

    class Meta:
        ordering = ["priority", "pk"]

    def __str__(self) -> str:
        return self.name


class StockItem(models.Model):
    """One thing that is counted, known by its SKU."""

    sku = models.CharField("SKU", max_length=40, unique=True)
    label = models.CharField(max_length=200)
    barcode = models.CharField(max_length=40, blank=True, db_index=True)
    low_stock_threshold = models.PositiveIntegerField(
        null=True, blank=True, help_text="Empty: the shop's own."
    )
    backorder_limit = models.PositiveIntegerField(
        default=0, help_text="How many may be promised beyond what is on the shelf."
    )

    class Meta:
        ordering = ["sku"]

    def __str__(self) -> str:
        return f"{self.sku} · {self.label}"


class StockLevelQuerySet(models.QuerySet["StockLevel"]):
    def sellable(self) -> "StockLevelQuerySet":
        return self.filter(location__is_sellable=True)

    def in_order(self) -> "StockLevelQuerySet":
        """The one order in which levels are locked, so that two baskets never wait in a circle."""
        return self.order_by("pk")


class StockLevel(models.Model):
    """What one place holds of one item, and how much of it is promised.

    A narrow row that no foreign key points at: a sale updates it without waiting for anybody's KEY SHARE lock.
    Only `inventory.services` writes it, and each write leaves a StockMovement.
    """

    item = models.ForeignKey(StockItem, models.PROTECT, related_name="levels")
    location = models.ForeignKey(Location, models.PROTECT, related_name="levels")
    on_hand = models.PositiveIntegerField(default=0)
    reserved = models.PositiveIntegerField(default=0)
    allocated = models.PositiveIntegerField(default=0)

    objects = StockLevelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "location"], name="one_level_per_item_and_location"),
            models.CheckConstraint(condition=Q(on_hand__gte=0), name="level_on_hand_not_negative"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="level_reserved_not_negative"),
            models.CheckConstraint(condition=Q(allocated__gte=0), name="level_allocated_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.item.sku} at {self.location}"

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved - self.allocated


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
        indexes = [models.Index(fields=["item", "location", "-id"], name="movements_of_a_level")]
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


AVAILABLE = F("on_hand") - F("reserved") - F("allocated")
