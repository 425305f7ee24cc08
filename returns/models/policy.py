"""What the shop takes back, where it differs from the settings."""

from django.db import models
from django.db.models import Q

from config.money import MoneyField
from shop.models import Category, Product


class ReturnRule(models.Model):
    """How a category with all below it, or one product, differs from the shop's usual terms; empty means: as usual.

    A product's own rule comes before its category's, and a category's before those of the categories above.
    """

    category = models.OneToOneField(
        Category, models.CASCADE, null=True, blank=True, related_name="return_rule"
    )
    product = models.OneToOneField(Product, models.CASCADE, null=True, blank=True, related_name="return_rule")
    is_final_sale = models.BooleanField(
        "final sale", default=False, help_text="Taken back only if we are at fault."
    )
    window_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Days after delivery in which a return may be asked for."
    )
    most_per_line = models.PositiveIntegerField(
        "most pieces per line", null=True, blank=True, help_text="Of each line of an order."
    )
    fee = MoneyField(null=True, blank=True, help_text="Per piece, where we are not at fault.")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(category=None, product__isnull=False) | Q(category__isnull=False, product=None),
                name="return_rule_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(fee=None) | Q(fee__gte=0), name="return_rule_fee_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"Returns of {self.product or self.category}"
