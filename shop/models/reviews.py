"""What customers who bought a product say about it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.models.catalogue import Product

BEST_RATING = 5
LONGEST_TITLE, LONGEST_TEXT, LONGEST_BYLINE, LONGEST_REASON = 120, 4000, 40, 300


class ReviewQuerySet(models.QuerySet["Review"]):
    def pending(self) -> "ReviewQuerySet":
        return self.filter(state=Review.State.PENDING)

    def approved(self) -> "ReviewQuerySet":
        return self.filter(state=Review.State.APPROVED)

    def told(self) -> "ReviewQuerySet":
        """Approved ones with their words, newest first; of somebody who was forgotten only the rating is left."""
        return self.approved().exclude(text="").order_by("-written_at", "-pk")


class Review(models.Model):
    """One customer's rating and words about one product; shown to others once staff have approved it.

    `proof` is the order line by which it was bought. `version` counts every change, so that nobody decides about words
    that they have not read. `byline` is what stands below it: a first name, or nothing.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("waits for us to read it")
        APPROVED = "approved", _("shown")
        REJECTED = "rejected", _("not shown")

    product = models.ForeignKey(Product, models.CASCADE, related_name="reviews")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="reviews"
    )
    proof = models.CharField(_("bought with"), max_length=60)
    rating = models.PositiveSmallIntegerField(_("rating"))
    title = models.CharField(_("title"), max_length=LONGEST_TITLE, blank=True)
    text = models.TextField(_("text"), max_length=LONGEST_TEXT)
    byline = models.CharField(_("shown name"), max_length=LONGEST_BYLINE, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PENDING)
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("first written"), default=timezone.now, editable=False)
    written_at = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects: Any = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["product", "author"], name="one_review_per_customer"),
            models.CheckConstraint(
                condition=Q(rating__gte=1, rating__lte=BEST_RATING), name="rating_in_range"
            ),
            models.CheckConstraint(
                condition=Q(state="pending", decided_at__isnull=True)
                | Q(state__in=["approved", "rejected"], decided_at__isnull=False),
                name="review_decided_or_pending",
            ),
        ]
        indexes = [
            models.Index(
                fields=["product", "-written_at", "-id"],
                condition=Q(state="approved"),
                name="reviews_shown",
            ),
            models.Index(fields=["id"], condition=Q(state="pending"), name="reviews_to_read"),
        ]

    def __str__(self) -> str:
        return f"{self.rating}/{BEST_RATING}: {self.title or self.text[:40]}"
