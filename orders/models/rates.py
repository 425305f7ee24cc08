"""Tables that staff edit: which tax and which import duty apply where."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from config.money import MoneyField
from shop.models import TaxClass


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


class DutyRule(models.Model):
    """Import duty on goods from one country, or from anywhere, to another, or to all, from a date on.

    The most specific rule counts: for destination and origin, for the destination, for the origin, for all; of those
    the newest. `rate` is in hundredths of a percent of what the goods cost without tax; `free_up_to` in minor units.
    """

    destination = models.CharField(
        max_length=2,
        blank=True,
        help_text="ISO code, such as CH; empty: everywhere outside our customs territory.",
    )
    origin = models.CharField(
        max_length=2, blank=True, help_text="ISO code, such as CN; empty: from anywhere."
    )
    rate = models.PositiveIntegerField(help_text="Hundredths of a percent: 500 is 5 %.")
    free_up_to = MoneyField(
        default=0,
        help_text="Up to this worth of all goods together, without tax, none is charged; 0: always charged.",
    )
    valid_from = models.DateField(default=timezone.localdate)

    class Meta:
        ordering = ["destination", "origin", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["destination", "origin", "valid_from"], name="one_duty_rule_per_day"
            ),
            models.CheckConstraint(condition=Q(rate__lte=100_000), name="duty_at_most_tenfold"),
            models.CheckConstraint(
                condition=Q(free_up_to__gte=0),
                name="duty_threshold_not_negative",
                violation_error_message="The worth up to which goods are free is 0 or more.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin or 'anywhere'} to {self.destination or 'everywhere'} {self.rate / 100:g} %"
