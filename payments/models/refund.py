"""What is paid back."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from config.money import MoneyField
from payments.models.payment import Payment


class Refund(models.Model):
    """Money of a settled payment that goes back: to its card, as store credit or in cash.

    To the card it is asked of Stripe, or was made in Stripe's dashboard; `operation` is its idempotency key at Stripe,
    or Stripe's id if it was made there. The other two ways need nobody's answer and are paid back from the first.
    `cause` names what it is for, and makes that happen once: a refund that failed is asked for anew under the same
    cause.
    """

    class Method(models.TextChoices):
        CARD = "card", "to the card"
        CREDIT = "credit", "as store credit"
        CASH = "cash", "in cash"

    class State(models.TextChoices):
        REQUESTED = "requested", "asked for"
        PENDING = "pending", "on its way"
        SUCCEEDED = "succeeded", "paid back"
        FAILED = "failed", "failed"

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    amount = MoneyField()
    method = models.CharField(
        max_length=6, choices=Method.choices, default=Method.CARD, db_default=Method.CARD
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.REQUESTED)
    operation = models.CharField(max_length=255, unique=True)
    cause = models.CharField(max_length=120)
    stripe_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    failure = models.CharField(max_length=300, blank=True)
    handed_over_by = models.CharField(
        max_length=100, blank=True, db_default="", help_text="Who gave out the cash."
    )
    goods = models.JSONField(
        null=True, editable=False, help_text="What it is for, if that is known: see orders.credit_returned."
    )
    is_external = models.BooleanField("made in Stripe's dashboard", default=False)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_of_something"),
            models.UniqueConstraint(
                fields=["payment", "cause"], condition=~Q(state="failed"), name="one_refund_per_cause"
            ),
            models.CheckConstraint(
                condition=Q(method="card") | Q(state="succeeded", is_external=False, stripe_id=None),
                name="refund_past_stripe_is_done",
            ),
            models.CheckConstraint(
                condition=Q(method="cash") & ~Q(handed_over_by="") | ~Q(method="cash") & Q(handed_over_by=""),
                name="refund_in_cash_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Refund {self.operation}"
