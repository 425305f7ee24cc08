"""What we take off of ourselves: promotions, which anybody gets, and vouchers, for whoever knows the code."""

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext as _

from config import languages
from config.money import MoneyField
from shop.models import Category

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LONGEST_CODE = 32
# What is unknown passes a check, so that it is there is asked as well.
_PERCENT = Q(percent__isnull=False, percent__gte=1, percent__lte=100)
_AMOUNT = Q(amount__isnull=False, amount__gte=1)


class OfferQuerySet(models.QuerySet["Offer"]):
    def not_over(self) -> "OfferQuerySet":
        """Those that are switched on and run, or will."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=timezone.now()), is_active=True)


class Offer(models.Model):
    """What both have in common: what is taken off, of which goods, from how much on, and when.

    Of a category's goods and those of all below it, or of everything. `minimum` is what these goods have to be worth
    before anything is taken off them; for free delivery, after. It begins at `starts_at` and is over at `ends_at`.
    """

    class Kind(models.TextChoices):
        PERCENT = "percent", "percent off"
        AMOUNT = "amount", "amount off"
        PIECES = "pieces", "pieces free or cheaper"
        DELIVERY = "delivery", "free delivery"

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PERCENT)
    percent = models.PositiveSmallIntegerField(null=True, blank=True)
    amount = MoneyField(null=True, blank=True)
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Its goods and those of all categories below it; empty: everything.",
    )
    minimum = MoneyField(
        "for goods from", default=0, help_text="What the goods must be worth; 0: whatever they are."
    )
    starts_at = models.DateTimeField("begins", default=timezone.now)
    ends_at = models.DateTimeField("ends", null=True, blank=True, help_text="Empty: when it is switched off.")
    is_active = models.BooleanField("switched on", default=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="%(class)s_ends_after_its_start",
            ),
            models.CheckConstraint(condition=Q(minimum__gte=0), name="%(class)s_minimum_not_negative"),
        ]

    @property
    def state(self) -> str:
        """ "off", "planned", "over" or "running", by the clock of now."""
        now = timezone.now()
        if not self.is_active:
            return "off"
        if self.starts_at > now:
            return "planned"
        return "over" if self.ends_at and self.ends_at <= now else "running"


class Promotion(Offer):
    """An offer that needs no code. Those that run apply one after the other, by `position`, to what is left.

    Of each `buy` + `get` pieces the `get` cheapest are `percent` cheaper; 100 is free. `names` are what customers read,
    by language; the shop's own is always there.
    """

    names = models.JSONField(default=dict)
    buy = models.PositiveSmallIntegerField("pieces to buy", null=True, blank=True)
    get = models.PositiveSmallIntegerField("pieces free or cheaper", null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0, help_text="The lowest applies first.")

    class Meta(Offer.Meta):
        ordering = ["position", "pk"]
        constraints: ClassVar = [
            *Offer.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind="percent", amount=None, buy=None, get=None) & _PERCENT
                | Q(kind="amount", percent=None, buy=None, get=None) & _AMOUNT
                | Q(kind="delivery", amount=None, percent=None, buy=None, get=None)
                | Q(kind="pieces", buy__isnull=False, buy__gte=1, get__isnull=False, get__gte=1, amount=None)
                & _PERCENT,
                name="promotion_says_how_much",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What customers call it, in the language that is spoken now."""
        return self.names.get(languages.current()) or self.names.get(settings.LANGUAGE_CODE, "")

    @property
    def reference(self) -> str:
        return f"promotion {self.pk}"


def new_code() -> str:
    """A code that nobody guesses: 49 random bits, in letters that are easy to read aloud."""
    return "".join(secrets.choice(_LETTERS) for _ in range(10))


class Voucher(Offer):
    """An offer for whoever knows its code, so and so often in all and for one customer.

    How often it is used is counted by `orders.services.quotas` under its `reference`.
    """

    code = models.CharField(max_length=LONGEST_CODE, unique=True, default=new_code)
    limit = models.PositiveIntegerField("uses in all", null=True, blank=True, help_text="Empty: no limit.")
    per_customer = models.PositiveIntegerField(
        "uses for one customer", null=True, blank=True, help_text="Empty: no limit."
    )
    first_order_only = models.BooleanField("only for a first order", default=False)
    batch = models.CharField(max_length=40, blank=True, db_index=True, help_text="Made together with others.")
    note = models.CharField(max_length=200, blank=True, help_text="For us: what it is for.")

    class Meta(Offer.Meta):
        ordering = ["-pk"]
        constraints: ClassVar = [
            *Offer.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind="percent", amount=None) & _PERCENT
                | Q(kind="amount", percent=None) & _AMOUNT
                | Q(kind="delivery", amount=None, percent=None),
                name="voucher_says_how_much",
            ),
            models.CheckConstraint(
                condition=Q(code=Upper("code")) & ~Q(code=""), name="voucher_code_in_capitals"
            ),
            models.CheckConstraint(
                condition=(Q(limit=None) | Q(limit__gte=1)) & (Q(per_customer=None) | Q(per_customer__gte=1)),
                name="voucher_limits_of_something",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> str:
        """What customers call it, in the language that is spoken now."""
        return _("Voucher")

    @property
    def reference(self) -> str:
        return f"voucher {self.pk}"
