"""What a customer has with us, and the ledger that proves it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.money import MoneyField


class StoreCredit(models.Model):
    """A customer's balance in minor units, a copy of the sum of their entries: the guard that it never goes below zero.

    Only `payments.services.store_credit` changes it, by an UPDATE that says how much must be there. No foreign key
    points at it, so that nothing waits for a row that is being spent from.
    """

    customer = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="store_credit"
    )
    balance = MoneyField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(balance__gte=0), name="store_credit_not_negative")]

    def __str__(self) -> str:
        return f"Store credit of {self.customer_id}"


class StoreCreditEntry(models.Model):
    """One line of a customer's store credit, added or taken; append-only.

    `reference` says what it is about, as the stock ledger does: "checkout T-…". `key` is unique, so that what is
    asked for twice is booked once. `reason` is for the books; the customer reads `kind`.
    """

    class Kind(models.TextChoices):
        GRANTED = "granted", _("Given by us")
        REFUNDED = "refunded", _("Refund")
        SPENT = "spent", _("Spent on an order")
        RETURNED = "returned", _("Not used after all")
        ADJUSTED = "adjusted", _("Corrected by us")

    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="store_credit_entries"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    amount = MoneyField(help_text="Minor units, added or (below zero) taken.")
    balance_after = MoneyField()
    reference = models.CharField(max_length=60, blank=True, db_index=True)
    reason = models.CharField(max_length=200, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    key = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "store credit entries"
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="credit_entry_of_something"),
            models.CheckConstraint(condition=Q(balance_after__gte=0), name="credit_entry_leaves_enough"),
            models.CheckConstraint(
                condition=Q(kind="adjusted")
                | Q(kind="spent", amount__lt=0)
                | Q(kind__in=["granted", "refunded", "returned"], amount__gt=0),
                name="credit_entry_has_its_sign",
            ),
        ]
        indexes = [models.Index(fields=["customer", "-id"], name="credit_of_a_customer")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"
