"""Who waits for something that is sold out."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.models.catalogue import Variant, VariantQuerySet


class StockRequestQuerySet(models.QuerySet["StockRequest"]):
    def open(self) -> "StockRequestQuerySet":
        """Those that are to be told: confirmed, not told yet, not expired."""
        return self.filter(
            notified_at__isnull=True, confirmed_at__isnull=False, expires_at__gt=timezone.now()
        )


class StockRequest(models.Model):
    """That somebody wants one mail when a variant can be bought again.

    Nobody is written to before `confirmed_at`, when the address was proven to be theirs. `notified_at` is set once, by
    whoever enqueues the mail. Whoever wants no mail after all has the row deleted.
    """

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="stock_requests")
    email = models.EmailField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="stock_requests"
    )
    language = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    notified_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()

    objects: Any = StockRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock request")
        verbose_name_plural = _("stock requests")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "email"],
                condition=Q(notified_at__isnull=True),
                name="one_open_request_per_address",
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="request_email_is_lower_case"),
            models.CheckConstraint(
                condition=Q(notified_at__isnull=True) | Q(confirmed_at__isnull=False),
                name="only_the_confirmed_are_told",
            ),
        ]
        indexes = [
            models.Index(
                fields=["variant", "id"],
                condition=Q(notified_at__isnull=True, confirmed_at__isnull=False),
                name="requests_open",
            ),
            models.Index(fields=["email"], name="requests_of_an_address"),
        ]

    def __str__(self) -> str:
        return f"Request {self.pk}"


class Wanted(Variant):
    """A variant as the console counts who waits for it."""

    objects = VariantQuerySet.as_manager()

    class Meta:
        proxy = True
        default_permissions = ("view",)
        verbose_name = _("awaited variant")
        verbose_name_plural = _("what people wait for")
