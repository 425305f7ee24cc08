"""What lies where: places, the things that are counted, and how many of each."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce


class Location(models.Model):
    """A place that holds stock. Only sellable places feed the shop; lower priority numbers first."""

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=80)
    is_sellable = models.BooleanField("feeds the shop", default=True)
    is_damaged = models.BooleanField(
        "for damaged goods",
        default=False,
        db_default=False,
        help_text="What broke is kept here until it is written off.",
    )
    priority = models.PositiveSmallIntegerField(default=10)

    class Meta:
        ordering = ["priority", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(is_sellable=True, is_damaged=True),
                name="damaged_goods_feed_no_shop",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.is_damaged and self.is_sellable:
            raise ValidationError({"is_damaged": "A place for damaged goods cannot feed the shop."})


class StockItem(models.Model):
    """One thing that is counted, known by its SKU."""

    sku = models.CharField("SKU", max_length=40, unique=True)
    label = models.CharField(max_length=200)
    barcode = models.CharField(max_length=40, blank=True, db_index=True)
    low_stock_threshold = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Empty: by its price, from the table of low-stock rules. 0: never low.",
    )
    default_threshold = models.PositiveIntegerField(
        null=True, editable=False, help_text="By its price; kept by the room that sells it."
    )
    backorder_limit = models.PositiveIntegerField(
        default=0, help_text="How many may be promised beyond what is on the shelf."
    )
    expected_on = models.DateField(
        null=True,
        blank=True,
        help_text="When the next delivery should come; customers who wait for it see the day.",
    )

    class Meta:
        ordering = ["sku"]

    def __str__(self) -> str:
        return f"{self.sku} · {self.label}"

    @property
    def threshold(self) -> int:
        """From how many free pieces down it is low: its own figure, else the one by its price, else the shop's."""
        given = (self.low_stock_threshold, self.default_threshold, settings.LOW_STOCK_THRESHOLD)
        return next(figure for figure in given if figure is not None)


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
        permissions = [("export_stocklevel", "Can export what is in stock")]
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


AVAILABLE = F("on_hand") - F("reserved") - F("allocated")


def threshold_of(item: str = "") -> Coalesce:
    """`StockItem.threshold` in a query; `item` is the way there, such as "item__"."""
    own, by_price = F(f"{item}low_stock_threshold"), F(f"{item}default_threshold")
    return Coalesce(own, by_price, Value(settings.LOW_STOCK_THRESHOLD))
