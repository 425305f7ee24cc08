"""A return: what a customer wants to send back, what came, and what follows from it."""

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config import languages
from config.money import MoneyField
from orders.models import Order, OrderLine
from orders.models.order import TimelineEvent
from shop.models import Variant

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_number() -> str:
    """Return a random number for a return, easy to read aloud: no 0/O, 1/I/L, U."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"RMA-{letters[:4]}-{letters[4:]}"


class ReturnRequest(models.Model):
    """One return or exchange (RMA) of pieces of one order.

    `policy` is the copy of the terms that were in force when it was asked for, see `returns.services.policy`. Amounts
    are decided when it is resolved: `refund` = the lines' refunds + `shipping` − `fee`.
    """

    class Kind(models.TextChoices):
        REFUND = "refund", _("money back")
        EXCHANGE = "exchange", _("exchange")

    class State(models.TextChoices):
        REQUESTED = "requested", _("asked for")
        INFO_NEEDED = "info_needed", _("a question is open")
        AUTHORISED = "authorised", _("authorised")
        IN_TRANSIT = "in_transit", _("on its way to us")
        RECEIVED = "received", _("received")
        INSPECTED = "inspected", _("inspected")
        RESOLVED = "resolved", _("resolved")
        CLOSED = "closed", _("closed")
        REJECTED = "rejected", _("rejected")
        CANCELLED = "cancelled", _("cancelled")
        EXPIRED = "expired", _("expired")

    S = State
    ENDED: ClassVar = (S.CLOSED, S.REJECTED, S.CANCELLED, S.EXPIRED)
    """States that nothing follows."""
    GIVEN_UP: ClassVar = (S.REJECTED, S.CANCELLED, S.EXPIRED)
    """States in which none of its pieces is taken back."""
    BEFORE_DECISION: ClassVar = (S.REQUESTED, S.INFO_NEEDED)
    AWAITED: ClassVar = (S.AUTHORISED, S.IN_TRANSIT)
    """States in which the goods are to come."""
    SETTLED: ClassVar = (S.RESOLVED, S.CLOSED)
    WAITING_FOR_US: ClassVar = (S.REQUESTED, S.RECEIVED, S.INSPECTED)
    WAITING_FOR_CUSTOMER: ClassVar = (S.INFO_NEEDED, S.AUTHORISED)

    number = models.CharField(max_length=20, unique=True, default=new_number, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="returns")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.REFUND)
    state = models.CharField(max_length=12, choices=State.choices, default=State.REQUESTED)
    language = models.CharField(max_length=10, default=languages.current, editable=False)
    policy = models.JSONField(editable=False)
    override = models.CharField(
        max_length=300, blank=True, help_text="Why staff took back what the policy does not."
    )
    key = models.CharField(max_length=120, unique=True, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)
    state_since = models.DateTimeField(default=timezone.now, editable=False)
    expires_on = models.DateField(
        null=True, blank=True, help_text="If nothing has arrived by then, the return expires."
    )
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    carrier = models.CharField(max_length=60, blank=True)
    tracking_number = models.CharField(max_length=80, blank=True)
    received_at = models.DateTimeField(null=True, blank=True, editable=False)
    resolved_at = models.DateTimeField(null=True, blank=True, editable=False)
    refund = MoneyField(default=0)
    shipping = MoneyField("delivery paid back", default=0)
    fee = MoneyField(default=0)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "return"
        constraints = [
            models.CheckConstraint(
                condition=Q(refund__gte=0, shipping__gte=0, fee__gte=0), name="return_not_negative"
            ),
        ]
        indexes = [models.Index(fields=["state", "state_since"], name="returns_by_state")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The customer's own page; a guest's link carries the order's token instead."""
        if self.order.customer_id:
            return reverse("returns:detail", args=[self.number])
        return reverse("returns:guest_detail", args=[self.order.token, self.number])

    @property
    def reference(self) -> str:
        """How the stock ledger calls what is held for its exchange."""
        return f"return {self.number}"

    @property
    def is_exchange(self) -> bool:
        return self.kind == self.Kind.EXCHANGE

    @property
    def may_be_cancelled(self) -> bool:
        """Whether its customer may call it off: nothing has been received. Whoever does it looks again."""
        return self.state in {*self.BEFORE_DECISION, *self.AWAITED}


class ReturnLine(models.Model):
    """Pieces of one order line in one return: how many were asked for, authorised, came, and what became of them.

    Of the authorised pieces `sellable` and `damaged` are back on a shelf, `kept` stay with the customer and count as
    taken back all the same, `missing` did not come, and `refused` came but are not taken back. `value` is what the
    asked pieces are worth by the estimate, `refund` what is paid for those taken back, in minor units, tax included.
    """

    class Reason(models.TextChoices):
        TOO_SMALL = "too_small", _("It is too small")
        TOO_LARGE = "too_large", _("It is too large")
        CHANGED_MIND = "changed_mind", _("I have changed my mind")
        NOT_AS_SHOWN = "not_as_shown", _("It is not as it was shown")
        WRONG_ITEM = "wrong_item", _("Something else was sent")
        DEFECTIVE = "defective", _("It does not work as it should")
        DAMAGED = "damaged", _("It arrived damaged")
        LATE = "late", _("It came too late")
        OTHER = "other", _("Another reason")

    OUR_FAULT: ClassVar = (
        Reason.NOT_AS_SHOWN,
        Reason.WRONG_ITEM,
        Reason.DEFECTIVE,
        Reason.DAMAGED,
        Reason.LATE,
    )
    """Reasons that cost the customer nothing, and for which final sale and fee do not count."""

    request = models.ForeignKey(ReturnRequest, models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="returns")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    words = models.CharField(max_length=1000, blank=True)
    requested = models.PositiveIntegerField()
    approved = models.PositiveIntegerField(default=0)
    received = models.PositiveIntegerField(default=0)
    sellable = models.PositiveIntegerField(default=0)
    damaged = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    value = MoneyField(default=0)
    refund = MoneyField(default=0)
    reduction = models.CharField(
        "why less", max_length=300, blank=True, help_text="Why less is paid back than the pieces cost."
    )
    exchange_for = models.ForeignKey(Variant, models.SET_NULL, null=True, blank=True, related_name="+")
    replacement = models.OneToOneField(
        OrderLine, models.PROTECT, null=True, blank=True, editable=False, related_name="replaces_returned"
    )

    class Meta:
        ordering = ["line__position"]
        constraints = [
            models.UniqueConstraint(fields=["request", "line"], name="one_return_line_per_order_line"),
            models.CheckConstraint(condition=Q(requested__gte=1), name="return_of_something"),
            models.CheckConstraint(
                condition=Q(approved__lte=F("requested"), received__lte=F("approved")),
                name="return_received_within_approved",
            ),
            models.CheckConstraint(
                condition=Q(received__gte=F("sellable") + F("damaged") + F("refused")),
                name="return_on_shelf_within_received",
            ),
            models.CheckConstraint(
                condition=Q(
                    approved__gte=F("sellable") + F("damaged") + F("refused") + F("missing") + F("kept")
                ),
                name="return_inspected_within_approved",
            ),
            models.CheckConstraint(condition=Q(refund__gte=0, value__gte=0), name="return_line_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.requested} × {self.line.sku}"

    @property
    def accepted(self) -> int:
        """How many pieces are taken back: for these there is money or a replacement."""
        return self.sellable + self.damaged + self.kept

    @property
    def is_our_fault(self) -> bool:
        return self.reason in self.OUR_FAULT

    @property
    def reference(self) -> str:
        """How the stock ledger calls what came back of it."""
        return f"return {self.request.number} line {self.line.position}"


class ReturnPayout(models.Model):
    """A part of a return's money and the way that it goes back; `payments` does it, once per `cause`.

    `goods` says what the money is for: {"lines": {position: {"pieces", "amount"}}, "shipping": amount}.
    """

    request = models.ForeignKey(ReturnRequest, models.CASCADE, related_name="payouts")
    method = models.CharField(max_length=6)
    amount = MoneyField()
    goods = models.JSONField()
    handed_over_by = models.CharField(max_length=100, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    problem = models.CharField(max_length=300, blank=True, help_text="Why it could not be paid back yet.")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["request", "method"], name="one_payout_per_way"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payout_of_something"),
        ]

    def __str__(self) -> str:
        return self.cause

    @property
    def cause(self) -> str:
        """The cause under which `payments` pays it back, once."""
        return f"return {self.request.number} {self.method}"


class ReturnEvent(TimelineEvent):
    """What happened to a return, in words for people; append-only."""

    request = models.ForeignKey(ReturnRequest, models.CASCADE, related_name="events")


class ReturnMessage(models.Model):
    """A few words between customer and staff about one return."""

    request = models.ForeignKey(ReturnRequest, models.CASCADE, related_name="messages")
    at = models.DateTimeField(default=timezone.now, editable=False)
    text = models.CharField(max_length=2000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    is_from_staff = models.BooleanField(default=False)
    key = models.CharField(max_length=120, unique=True, editable=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:60]


class ReturnPhoto(models.Model):
    """A photo that a customer added; its file lies in private storage under a random name, re-encoded by us."""

    request = models.ForeignKey(ReturnRequest, models.CASCADE, related_name="photos")
    name = models.CharField(max_length=60, unique=True, editable=False)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveIntegerField()
    added_at = models.DateTimeField(default=timezone.now, db_index=True, editable=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name
