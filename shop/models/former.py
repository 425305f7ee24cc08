"""Addresses that goods and shelves once had."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class FormerSlug(models.Model):
    """A slug that a product or a category had before it was renamed; its address leads to where the thing is now.

    The row names the thing and not its next slug, so there are no chains; it goes with the thing. What carries the
    slug today always wins over who carried it before.
    """

    slug = models.SlugField(max_length=160)
    product = models.ForeignKey("shop.Product", models.CASCADE, null=True, related_name="former_slugs")
    category = models.ForeignKey("shop.Category", models.CASCADE, null=True, related_name="former_slugs")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(product=None, category__isnull=False) | Q(product__isnull=False, category=None),
                name="former_slug_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["slug"], condition=Q(product__isnull=False), name="one_product_per_former_slug"
            ),
            models.UniqueConstraint(
                fields=["slug"], condition=Q(category__isnull=False), name="one_category_per_former_slug"
            ),
        ]

    def __str__(self) -> str:
        return self.slug
