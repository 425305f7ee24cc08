"""What was authorised and settled, and the ledger that proves it."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from config.money import MoneyField
from orders.models import Checkout, Order


class Payment(models.Model):
    """The payment of one checkout: by card or at the counter, with store credit, or with both.

    The row, with its idempotency key, is committed before Stripe is called. Of a payment at the counter Stripe never
    hears: it is pending until somebody takes the money, `taken_in` cash or at the card terminal there, and then
    authorised and settled at once.

    `authorised`, `captured`, `voided` and `refunded` are copies of the sums of its events, in minor units; so is
    `disputed`, what banks have taken back from us for their customers, as long as they have not given it back. Of what
    was refunded, `refunded_otherwise` did not go to the card but became store credit or was handed over in cash.
    `credit` is the store credit that is in it now, a copy of what its checkout's entries took less what they gave back;
    if that covers all, there is no session, and the payment is settled from the first.
    """

    class State(models.TextChoices):
        PENDING = "pending", "pending"
        AUTHORISED = "authorised", "authorised"
        CAPTURED = "captured", "settled"
        PART_REFUNDED = "part_refunded", "partly refunded"
        REFUNDED = "refunded", "refunded"
        VOIDED = "voided", "released"
        EXPIRED = "expired", "expired"
        FAILED = "failed", "failed"

    class Method(models.TextChoices):
        CARD = "card", "card"
        COUNTER = "counter", "at the counter"

    class TakenIn(models.TextChoices):
        CASH = "cash", "cash"
        TERMINAL = "terminal", "card terminal"

    checkout = models.OneToOneField(Checkout, models.PROTECT, related_name="payment")
    order = models.OneToOneField(Order, models.PROTECT, null=True, blank=True, related_name="payment")
    state = models.CharField(max_length=16, choices=State.choices, default=State.PENDING)
    method = models.CharField(
        max_length=10, choices=Method.choices, default=Method.CARD, db_default=Method.CARD.value
    )
    taken_in = models.CharField(max_length=10, choices=TakenIn.choices, blank=True, default="", db_default="")
    idempotency_key = models.CharField(max_length=80, unique=True)
    session_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    session_url = models.TextField(blank=True)
    page_until = models.DateTimeField(
        null=True, blank=True, help_text="When the page ends that was asked for, if not with its checkout."
    )
    intent_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    currency = models.CharField(max_length=3)
    amount = MoneyField(help_text="What the session asks for.")
    authorised = MoneyField(default=0)
    captured = MoneyField(default=0)
    voided = MoneyField(default=0)
    refunded = MoneyField(default=0)
    disputed = MoneyField(default=0, db_default=0)
    refunded_otherwise = MoneyField(default=0, db_default=0)
    credit = MoneyField(default=0, db_default=0)
    capture_before = models.DateTimeField(null=True, blank=True)
    card_brand = models.CharField(max_length=30, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-pk"]
        permissions = [("export_payment", "Can export payments")]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    amount__gte=0,
                    authorised__gte=0,
                    captured__gte=0,
                    voided__gte=0,
                    refunded__gte=0,
                    disputed__gte=0,
                ),
                name="payment_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(authorised__gte=F("captured") + F("voided")), name="payment_within_authorised"
            ),
            models.CheckConstraint(
                condition=Q(captured__gte=F("refunded") - F("refunded_otherwise")),
                name="payment_card_refunds_within",
            ),
            models.CheckConstraint(
                condition=Q(
                    refunded_otherwise__gte=0,
                    refunded__gte=F("refunded_otherwise"),
                    credit__gte=F("refunded_otherwise") - F("captured"),
                ),
                name="payment_other_refunds_within",
            ),
            models.CheckConstraint(condition=Q(credit__gte=0), name="payment_credit_not_negative"),
            models.CheckConstraint(
                condition=Q(method="card", taken_in="")
                | Q(method="counter", session_id=None, intent_id=None, taken_in="", captured=0)
                | Q(method="counter", session_id=None, intent_id=None, captured__gt=0) & ~Q(taken_in=""),
                name="payment_at_counter_without_stripe",
            ),
            models.CheckConstraint(
                condition=Q(method="card") | Q(refunded=F("refunded_otherwise")),
                name="payment_at_counter_not_to_card",
            ),
        ]
        indexes = [
            models.Index(
                fields=["capture_before"], condition=Q(state="authorised"), name="payments_to_settle"
            )
        ]

    def __str__(self) -> str:
        return f"Payment of {self.checkout.number}"

    @property
    def was_never_asked_for(self) -> bool:
        """Whether it is certain that Stripe knows nothing of it: its page could not even be asked for."""
        is_waiting = self.checkout.state == Checkout.State.AWAITING_LINK
        return is_waiting and self.page_until is None and self.session_id is None

    @property
    def is_at_counter(self) -> bool:
        return self.method == self.Method.COUNTER

    @property
    def paid(self) -> int:
        """What the customer has paid for good, in minor units, whatever went back; credit beside a hold only waits."""
        is_settled = self.state in {self.State.CAPTURED, self.State.PART_REFUNDED, self.State.REFUNDED}
        return self.captured + (self.credit if is_settled else 0)


class PaymentEvent(models.Model):
    """One line of the money ledger; append-only.

    An operation of ours is `requested` before Stripe is called and `succeeded` or `failed` after; both lines carry
    the same `operation`. `key` is unique, so that news that arrives twice is booked once. A dispute is the bank's
    operation: `requested` when it takes the money, `succeeded` when it keeps it, `failed` when it gives it back.
    """

    class Kind(models.TextChoices):
        AUTHORISE = "authorise"
        CAPTURE = "capture"
        VOID = "void"
        REFUND = "refund"
        DISPUTE = "dispute"

    class Result(models.TextChoices):
        REQUESTED = "requested"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    result = models.CharField(max_length=10, choices=Result.choices)
    operation = models.CharField(
        max_length=80, db_index=True, help_text="Its idempotency key at Stripe, if it is ours."
    )
    key = models.CharField(max_length=120, unique=True)
    amount = MoneyField()
    stripe_id = models.CharField(max_length=255, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["at"], name="payment_events_by_time")]
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="payment_event_not_negative")]

    def __str__(self) -> str:
        return f"{self.kind} {self.result} {self.amount}"
