"""Ways of delivery and what they cost: one price for all, or prices by zone and weight."""

from django.db import models
from django.db.models import Q

from config.money import MoneyField


class ShippingMethod(models.Model):
    """A way of delivery, to some countries or to all: a flat price plus a price for its weight.

    Where it has a `ShippingRate` for the zone of a country, that counts instead.
    """

    name = models.CharField(max_length=60)
    countries = models.CharField(
        max_length=800, blank=True, help_text="ISO codes with spaces, such as DE AT CH; empty: everywhere."
    )
    flat_price = MoneyField()
    price_per_kg = MoneyField(default=0)
    started_g = models.PositiveIntegerField(
        "charged by started (g)",
        default=1000,
        db_default=1000,
        help_text="1000: each started kilogram is charged whole. 1: weight is charged to the gram.",
    )
    min_days = models.PositiveSmallIntegerField(default=2)
    max_days = models.PositiveSmallIntegerField(default=4)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    is_collection = models.BooleanField(
        "to be collected",
        default=False,
        db_default=False,
        help_text="The customer fetches it from the shop, and may pay there if the switch for that is on.",
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(flat_price__gte=0, price_per_kg__gte=0), name="shipping_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(max_days__gte=models.F("min_days")), name="shipping_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(started_g__gte=1, started_g__lte=100_000),
                name="shipping_by_some_weight",
                violation_error_message="Weight is charged by 1 to 100000 g.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def reaches(self, country: str) -> bool:
        return not self.countries or country in self.countries.split()

    def charged_g(self, weight_g: int) -> int:
        """The weight that is charged: each started step whole."""
        return -(-weight_g // self.started_g) * self.started_g


class ShippingZone(models.Model):
    """Countries to which delivery costs the same. Of zones that share a country the first in their order counts."""

    name = models.CharField(max_length=60, unique=True)
    countries = models.CharField(
        max_length=800, blank=True, help_text="ISO codes with spaces, such as DE AT CH; empty: everywhere."
    )
    position = models.PositiveSmallIntegerField(
        default=0, help_text="The smaller it is, the sooner it counts."
    )

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    def holds(self, country: str) -> bool:
        return not self.countries or country in self.countries.split()


class ShippingRate(models.Model):
    """What a parcel up to a weight costs, by one way of delivery, in one zone.

    Of a zone's rates the lightest that takes the parcel counts. Above the heaviest one the way is not to be had,
    unless that one has a price per further kilogram.
    """

    method = models.ForeignKey(ShippingMethod, models.CASCADE, related_name="rates")
    zone = models.ForeignKey(ShippingZone, models.PROTECT, related_name="rates")
    up_to_g = models.PositiveIntegerField("up to weight (g)")
    price = MoneyField()
    price_per_further_kg = MoneyField(
        null=True,
        blank=True,
        help_text="Of the heaviest rate: what each kilogram above costs. Empty: heavier parcels are not taken.",
    )

    class Meta:
        ordering = ["method", "zone", "up_to_g"]
        constraints = [
            models.UniqueConstraint(
                fields=["method", "zone", "up_to_g"], name="one_shipping_rate_per_weight"
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0) & (Q(price_per_further_kg=None) | Q(price_per_further_kg__gte=0)),
                name="shipping_rate_not_negative",
                violation_error_message="A price is 0 or more.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method}, {self.zone}, up to {self.up_to_g} g"
