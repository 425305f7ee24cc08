"""Tables that staff edit: what delivery costs and which tax applies where."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from config.money import MoneyField
from shop.models import TaxClass


class ShippingMethod(models.Model):
    """A way of delivery: a flat price plus a price per started kilogram, to some countries or to all."""

    name = models.CharField(max_length=60)
    countries = models.CharField(
        max_length=800, blank=True, help_text="ISO codes with spaces, such as DE AT CH; empty: everywhere."
    )
    flat_price = MoneyField()
    price_per_kg = MoneyField(default=0)
    min_days = models.PositiveSmallIntegerField(default=2)
    max_days = models.PositiveSmallIntegerField(default=4)
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(flat_price__gte=0, price_per_kg__gte=0), name="shipping_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(max_days__gte=models.F("min_days")), name="shipping_days_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def reaches(self, country: str) -> bool:
        return not self.countries or country in self.countries.split()

    def price_for(self, weight_g: int) -> int:
        """Minor units for a parcel of this weight: the flat price plus each started kilogram."""
        return self.flat_price + self.price_per_kg * -(-weight_g // 1000)


class TaxRate(models.Model):
    """The rate of one tax class in one country from a date on, in hundredths of a percent (1900 is 19 %)."""

    country = models.CharField(max_length=2)
    tax_class = models.CharField(max_length=10, choices=TaxClass.choices)
    rate = models.PositiveIntegerField(help_text="Hundredths of a percent: 1900 is 19 %.")
    valid_from = models.DateField(default=timezone.localdate)

    class Meta:
        ordering = ["country", "tax_class", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["country", "tax_class", "valid_from"], name="one_rate_per_day"),
            models.CheckConstraint(condition=Q(rate__lte=10000), name="rate_at_most_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.tax_class} {self.rate / 100:g} %"
