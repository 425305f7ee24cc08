"""The cart: a row of ours that the browser only knows the key of."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from config.money import MoneyField
from orders.models.offers import Voucher
from shop.models import Variant


def new_token() -> str:
    """Return 192 random bits as text for a link or cookie that cannot be guessed."""
    return secrets.token_urlsafe(24)


class Cart(models.Model):
    """What somebody means to buy. A customer has one; a guest's is found by the token in their cookie."""

    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    customer = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="cart"
    )
    voucher = models.ForeignKey(Voucher, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    touched_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"Cart {self.pk}"


class CartLine(models.Model):
    """One variant in a cart; `seen_price` is what it cost when the customer last looked."""

    cart = models.ForeignKey(Cart, models.CASCADE, related_name="lines")
    variant = models.ForeignKey(Variant, models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()
    seen_price = MoneyField()
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "variant"], name="one_line_per_variant"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=999), name="cart_quantity_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant_id}"
