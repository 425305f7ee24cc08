"""Flash sales: a thing for less, for a while, as many as there are of it at that price."""

from datetime import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.money import MoneyField
from shop.models.catalogue import HIGHEST_PRICE, Variant

# Pieces; more than any line holds.
MOST_PIECES = 1_000_000
LONGEST_HOLD = 60


def hold_minutes() -> int:
    """How long a payment that has a piece of a sale is held, unless the sale says otherwise."""
    return settings.FLASH_HOLD_MINUTES


class FlashSaleQuerySet(models.QuerySet["FlashSale"]):
    def touching(self, starts_at: datetime, ends_at: datetime) -> "FlashSaleQuerySet":
        """Those that run at any moment from the one to the other."""
        return self.filter(is_active=True, starts_at__lt=ends_at, ends_at__gt=starts_at)


class FlashSale(models.Model):
    """One variant at one price from a moment to another, `cap` pieces in all and `limit` for each customer.

    `regular_price` is what the variant cost when the sale was planned, `prior_price` what may be struck through beside
    the sale's price: the lowest of the 30 days before it begins; None if that is no higher. How many pieces are taken
    is counted above, by the name `quota`. That two sales of a variant never run at once is checked by
    `shop.services.save_sale`; PostgreSQL refuses it as well.
    """

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="flash_sales")
    name = models.CharField(_("name"), max_length=80)
    words = models.CharField(_("words for the page"), max_length=300, blank=True)
    price = MoneyField(_("sale price"))
    regular_price = MoneyField(_("usual price"), editable=False)
    prior_price = MoneyField(_("price before"), null=True, editable=False)
    cap = models.PositiveIntegerField(
        _("pieces at this price"), validators=[MinValueValidator(1), MaxValueValidator(MOST_PIECES)]
    )
    limit = models.PositiveIntegerField(_("most per customer"), default=1, validators=[MinValueValidator(1)])
    hold_minutes = models.PositiveSmallIntegerField(
        _("minutes to pay"),
        default=hold_minutes,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_HOLD)],
        help_text=_("For so long a payment holds its pieces."),
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    is_active = models.BooleanField(_("takes place"), default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = FlashSaleQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        verbose_name = _("flash sale")
        verbose_name_plural = _("flash sales")
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="flash_sale_starts_first"),
            models.CheckConstraint(
                condition=Q(price__gte=0, price__lt=F("regular_price"), regular_price__lte=HIGHEST_PRICE),
                name="flash_sale_below_usual_price",
            ),
            models.CheckConstraint(
                condition=Q(prior_price=None) | Q(prior_price__gt=F("price")), name="flash_sale_prior_above"
            ),
            models.CheckConstraint(condition=Q(cap__gte=1, cap__lte=MOST_PIECES), name="flash_sale_cap"),
            models.CheckConstraint(
                condition=Q(limit__gte=1, limit__lte=F("cap")), name="flash_sale_limit_within_cap"
            ),
            models.CheckConstraint(
                condition=Q(hold_minutes__gte=1, hold_minutes__lte=LONGEST_HOLD), name="flash_sale_hold"
            ),
        ]
        indexes = [models.Index(fields=["ends_at"], condition=Q(is_active=True), name="flash_sales_to_come")]

    def __str__(self) -> str:
        return self.name

    @property
    def quota(self) -> str:
        """The name under which its pieces are counted."""
        return f"sale {self.pk}"

    def has_begun(self, now: datetime) -> bool:
        return self.starts_at <= now

    def is_over(self, now: datetime) -> bool:
        return self.ends_at <= now
