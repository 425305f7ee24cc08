"""What customers saved for later."""

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.money import MoneyField
from shop.models.catalogue import Product, Variant


def new_token() -> str:
    """Return 192 random bits as text for a link that cannot be guessed."""
    return secrets.token_urlsafe(24)


class WishlistItem(models.Model):
    """A product on a customer's wish list, in one variant if they chose one; `seen_price` is what it cost then."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="wishes")
    product = models.ForeignKey(Product, models.CASCADE, related_name="+")
    variant = models.ForeignKey(Variant, models.CASCADE, null=True, related_name="+")
    seen_price = MoneyField()
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "product"], name="one_wish_per_product"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.product_id}"


class WishlistLink(models.Model):
    """That a customer shares their wish list: whoever has the token sees it."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="wishlist_link")
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("wish list link")
        verbose_name_plural = _("wish list links")

    def __str__(self) -> str:
        return f"Wish list {self.user_id}"
