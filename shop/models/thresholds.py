"""From how many pieces down a thing is low, by what it costs."""

from django.db import models
from django.db.models import Q

from config.money import MoneyField


class LowStockRule(models.Model):
    """From this price up, to where the next rule begins, an item is low with so many pieces or fewer.

    `inventory` knows no prices: what follows from the rules is kept on its items (`shop.services.thresholds`).
    """

    price_from = MoneyField("price from", unique=True)
    threshold = models.PositiveIntegerField("low from", help_text="Pieces; 0: never low.")

    class Meta:
        ordering = ["price_from"]
        verbose_name = "low-stock rule"
        constraints = [
            models.CheckConstraint(
                condition=Q(price_from__gte=0, threshold__gte=0, threshold__lte=1_000_000),
                name="low_stock_rule_in_range",
            )
        ]

    def __str__(self) -> str:
        return f"{self.price_from}: {self.threshold}"
