"""An order: what was bought, in its own words, whatever becomes of the catalogue."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from config import languages
from config.money import MoneyField, format_money
from orders.models.cart import new_token
from orders.models.checkout import Checkout
from shop.models import Variant


def line_reference(number: str, position: int) -> str:
    """How the stock ledger calls one line of an order."""
    return f"order {number} line {position}"


def number_in(reference: str) -> str:
    """The order's number in a line's name in the stock ledger; empty if it names something else."""
    word, _, rest = reference.partition(" ")
    return rest.split(" ")[0] if word == "order" else ""


# What the goods cost in the end.
_GOODS = F("subtotal") - F("discount") + F("duty")


class Order(models.Model):
    """One order, placed once per checkout; its payment and fulfilment words are copies that services keep.

    `language` is the one in which the customer checked out, and in which we write to them about the order.
    """

    class State(models.TextChoices):
        PLACED = "placed", "placed"
        CLOSED = "closed", "closed"
        CANCELLED = "cancelled", "cancelled"

    class PaymentState(models.TextChoices):
        AWAITING = "awaiting", "awaiting payment"
        AUTHORISED = "authorised", "authorised"
        PART_CAPTURED = "part_captured", "partly settled"
        CAPTURED = "captured", "settled"
        PART_REFUNDED = "part_refunded", "partly refunded"
        REFUNDED = "refunded", "refunded"
        VOIDED = "voided", "released"
        EXPIRED = "expired", "expired"

    class FulfilmentState(models.TextChoices):
        UNFULFILLED = "unfulfilled", "being prepared"
        PARTIAL = "partial", "partly shipped"
        SHIPPED = "shipped", "shipped"
        DELIVERED = "delivered", "delivered"

    GIVEN_UP: ClassVar = (PaymentState.VOIDED, PaymentState.EXPIRED)
    """States of a payment of which nothing was charged and nothing will be."""

    number = models.CharField(max_length=20, unique=True, editable=False)
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    checkout = models.OneToOneField(Checkout, models.PROTECT, related_name="order")
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="orders"
    )
    email = models.EmailField(db_index=True)
    language = models.CharField(max_length=10, default=languages.current, editable=False)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PLACED)
    payment_state = models.CharField(
        max_length=16, choices=PaymentState.choices, default=PaymentState.AWAITING
    )
    fulfilment_state = models.CharField(
        max_length=12, choices=FulfilmentState.choices, default=FulfilmentState.UNFULFILLED
    )
    shipping_address = models.JSONField()
    billing_address = models.JSONField()
    shipping_name = models.CharField(max_length=60)
    delivery_days = models.CharField(max_length=20, blank=True)
    currency = models.CharField(max_length=3)
    prices_include_tax = models.BooleanField()
    subtotal = MoneyField()
    discount = MoneyField(default=0, db_default=0, help_text="What was taken off the goods.")
    duty = MoneyField(default=0, db_default=0, help_text="Import duty, paid with the order.")
    shipping = MoneyField()
    shipping_tax = MoneyField()
    shipping_tax_rate = models.PositiveIntegerField(
        null=True, help_text="Hundredths of a percent; unknown of what is older than this column."
    )
    tax = MoneyField()
    total = MoneyField()
    discounts = models.JSONField(
        default=list,
        db_default=Value([], models.JSONField()),
        help_text="Who took off what, as the checkout has it.",
    )
    credit_used = MoneyField(
        default=0, db_default=0, help_text="What of the total was paid with store credit."
    )
    collect_until = models.DateTimeField(
        null=True, blank=True, help_text="Until when it waits for its customer, who pays at the counter."
    )
    was_not_collected = models.BooleanField(
        default=False, db_default=False, help_text="Whether it is cancelled because nobody came in time."
    )
    placed_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ["-pk"]
        permissions = [
            ("see_figures", "Can see what the shop sells, day by day, and what its stock is worth"),
            ("see_customers", "Can see what customers are worth"),
            ("export_order", "Can export orders and their lines"),
            ("export_customer", "Can export customers and what they are worth"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(subtotal__gte=0, shipping__gte=0, tax__gte=0, total__gte=0, duty__gte=0)
                & Q(discount__gte=0, discount__lte=F("subtotal")),
                name="order_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(prices_include_tax=True, total=_GOODS + F("shipping"))
                | Q(prices_include_tax=False, total=_GOODS + F("shipping") + F("tax")),
                name="order_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(credit_used__gte=0, credit_used__lte=F("total")), name="order_credit_within_total"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="orders_of_a_customer"),
            models.Index(
                fields=["collect_until"],
                condition=Q(payment_state="awaiting", state="placed", collect_until__isnull=False),
                name="orders_to_collect",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The customer's own page; a guest's link carries the token instead."""
        if self.customer_id:
            return reverse("orders:detail", args=[self.number])
        return reverse("orders:guest_detail", args=[self.token])

    def get_invoice_url(self) -> str:
        """The page of its invoice, which is there some seconds after the order."""
        if self.customer_id:
            return reverse("orders:invoice", args=[self.number])
        return reverse("orders:guest_invoice", args=[self.token])

    @property
    def by_card(self) -> int:
        """What of the total was not paid with store credit, in minor units; by card, or at the counter."""
        return self.total - self.credit_used

    @property
    def is_for_counter(self) -> bool:
        """Whether it is paid at the counter, when it is collected; no card was asked."""
        return self.collect_until is not None

    @property
    def waits_at_counter(self) -> bool:
        """Whether it waits for its customer to come and pay."""
        is_unpaid = self.payment_state == self.PaymentState.AWAITING
        return self.is_for_counter and is_unpaid and self.state == self.State.PLACED

    @property
    def shipping_gross(self) -> int:
        """What delivery cost, tax included, in minor units."""
        return self.shipping if self.prices_include_tax else self.shipping + self.shipping_tax

    @property
    def is_paid_by_credit(self) -> bool:
        """Whether store credit paid for all of it, or it cost nothing, and nothing went back: no card was asked."""
        return not self.by_card and self.payment_state == self.PaymentState.CAPTURED

    @property
    def may_be_cancelled(self) -> bool:
        """Whether its customer may call it off: nothing settled, nothing sent. Whoever does it looks again."""
        return (
            self.state == self.State.PLACED
            and (
                self.payment_state == self.PaymentState.AUTHORISED
                or self.is_paid_by_credit
                or self.waits_at_counter
            )
            and self.fulfilment_state == self.FulfilmentState.UNFULFILLED
        )


class OrderLine(models.Model):
    """A line with its own copy of name, SKU, price and tax; amounts in minor units.

    `net + tax = gross`. `unit_price`, `discount` and `duty` are as they were shown, with tax or without as the order
    says: times the pieces, less the discount, plus the duty, the price makes the gross, or the net.
    """

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    variant = models.ForeignKey(Variant, models.SET_NULL, null=True, related_name="+")
    replaces = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="replacements",
        help_text="The line that was paid for: this one is sent in exchange for pieces of it, and costs nothing.",
    )
    sku = models.CharField("SKU", max_length=40)
    name = models.CharField(max_length=160)
    label = models.CharField(max_length=60, blank=True)
    quantity = models.PositiveIntegerField()
    unit_price = MoneyField()
    discount = MoneyField(default=0, db_default=0, help_text="What is taken off the line.")
    duty = MoneyField(default=0, db_default=0)
    net = MoneyField()
    tax = MoneyField()
    gross = MoneyField()
    tax_rate = models.PositiveIntegerField(help_text="Hundredths of a percent.")
    tax_class = models.CharField(max_length=10)
    country_of_origin = models.CharField(max_length=2, blank=True)
    cancelled = models.PositiveIntegerField(default=0)
    shipped = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(
        default=0, help_text="In a return that is under way, or taken back."
    )
    short = models.PositiveIntegerField(
        default=0, help_text="Ordered, but nothing could be allocated for it."
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="one_order_line_per_position"),
            models.UniqueConstraint(
                fields=["order", "sku"], condition=Q(replaces=None), name="one_order_line_per_sku"
            ),
            models.CheckConstraint(
                condition=Q(replaces=None) | Q(gross=0, net=0, tax=0), name="replacement_costs_nothing"
            ),
            models.CheckConstraint(
                condition=Q(gross=F("net") + F("tax"), tax__gte=0, net__gte=0), name="line_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(duty__gte=0, discount__gte=0, discount__lte=F("unit_price") * F("quantity")),
                name="line_discount_within_price",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("cancelled") + F("shipped") + F("short")),
                name="line_within_ordered",
            ),
            models.CheckConstraint(
                condition=Q(shipped__gte=F("returned")), name="line_returned_within_shipped"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"

    @property
    def reference(self) -> str:
        """How the stock ledger calls this line."""
        return line_reference(self.order.number, self.position)

    @property
    def shown_total(self) -> int:
        """The line as the customer saw it, before discount and duty: with tax where prices include it."""
        return self.unit_price * self.quantity


class TimelineEvent(models.Model):
    """What happened, in words for people; append-only.

    `words` are the English original as the catalogues know it, with what is to be filled in under `details`, so that
    everybody reads `said` in their own language. The detail `amount` is minor units.
    """

    at = models.DateTimeField(default=timezone.now)
    words = models.CharField(max_length=300)
    details = models.JSONField(null=True, editable=False)
    is_public = models.BooleanField(default=True, help_text="Whether the customer sees it.")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    key = models.CharField(max_length=120, unique=True)

    class Meta:
        abstract = True
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.said

    @property
    def said(self) -> str:
        """What happened, in the language that is spoken now; events written before there were details as they are."""
        if not self.details:
            return gettext(self.words)
        filled = dict(self.details)
        if "amount" in filled:
            filled["amount"] = format_money(filled["amount"])
        return gettext(self.words) % filled


class OrderEvent(TimelineEvent):
    """What happened to an order; append-only."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="events")
