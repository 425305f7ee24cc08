"""A checkout: one offer, frozen when payment starts, so that nothing can change what is being paid."""

import secrets
from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.utils import timezone

from config import languages
from config.money import MoneyField
from orders.models.cart import Cart, new_token

# What the goods cost in the end.
_GOODS = F("subtotal") - F("discount") + F("duty")
# Stripe asks for 30 minutes from when the request arrives.
SHORTEST_PAGE = timedelta(minutes=31)
_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_number() -> str:
    """Return a random number for an order, easy to read aloud: no 0/O, 1/I/L, U."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(9))
    return f"T-{letters[:3]}-{letters[3:6]}-{letters[6:]}"


class Checkout(models.Model):
    """What was offered to whom at which price. `number` becomes the order's number.

    `lines` is a list of objects: variant (id), sku, name, label, quantity, unit_price, discount, duty, net, tax, gross,
    tax_rate, tax_class, weight_g, country_of_origin. `discounts` says who took off what: a list of objects name, code,
    reference, amount, shipping, lines (SKU: amount). Amounts are minor units; what is older has neither discount nor
    duty.
    """

    class State(models.TextChoices):
        OPEN = "open", "starting payment"
        AWAITING_LINK = "awaiting_link", "awaiting payment link"
        AWAITING_PAYMENT = "awaiting_payment", "awaiting payment"
        COMPLETED = "completed", "completed"
        EXPIRED = "expired", "expired"
        CANCELLED = "cancelled", "cancelled"
        FAILED = "failed", "failed"

    LIVE: ClassVar = [State.OPEN, State.AWAITING_LINK, State.AWAITING_PAYMENT]

    number = models.CharField(max_length=20, unique=True, default=new_number, editable=False)
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    cart = models.ForeignKey(Cart, models.SET_NULL, null=True, related_name="checkouts")
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPEN)
    fingerprint = models.CharField(max_length=64, help_text="Hash of the offer that the customer agreed to.")
    email = models.EmailField()
    language = models.CharField(max_length=10, default=languages.current, editable=False)
    shipping_address = models.JSONField()
    billing_address = models.JSONField()
    shipping_name = models.CharField(max_length=60)
    delivery_days = models.CharField(max_length=20, blank=True)
    lines = models.JSONField()
    currency = models.CharField(max_length=3)
    prices_include_tax = models.BooleanField()
    subtotal = MoneyField()
    discount = MoneyField(default=0, db_default=0, help_text="What is taken off the goods.")
    duty = MoneyField(default=0, db_default=0, help_text="Import duty, paid with the order.")
    shipping = MoneyField()
    shipping_tax = MoneyField()
    shipping_tax_rate = models.PositiveIntegerField(
        null=True, help_text="Hundredths of a percent; unknown of what is older than this column."
    )
    tax = MoneyField()
    total = MoneyField()
    discounts = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    credit = MoneyField(default=0, db_default=0, help_text="What of the total is paid with store credit.")
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cart"],
                condition=Q(state__in=["open", "awaiting_link", "awaiting_payment"]),
                name="one_live_checkout_per_cart",
            ),
            models.CheckConstraint(
                condition=Q(subtotal__gte=0, shipping__gte=0, tax__gte=0, total__gte=0, duty__gte=0)
                & Q(discount__gte=0, discount__lte=F("subtotal")),
                name="checkout_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(prices_include_tax=True, total=_GOODS + F("shipping"))
                | Q(prices_include_tax=False, total=_GOODS + F("shipping") + F("tax")),
                name="checkout_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(credit__gte=0, credit__lte=F("total")), name="checkout_credit_within_total"
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=Q(state__in=["open", "awaiting_link", "awaiting_payment"]),
                name="checkouts_to_expire",
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def reference(self) -> str:
        """How the stock ledger calls this checkout."""
        return f"checkout {self.number}"

    @property
    def page_ends_at(self) -> datetime:
        """When the payment page ends by itself: Stripe's live half an hour at least, so a shorter hold is ended by us.

        It follows from the row alone, as what is asked for under one idempotency key must stay the same.
        """
        return max(self.expires_at, self.created_at + SHORTEST_PAGE)

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE
