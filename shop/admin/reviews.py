"""The desk where reviews are read: what waits comes first, and nothing is decided about words that were not shown."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config import console
from shop import services as shop
from shop.models import Review
from shop.models.reviews import LONGEST_REASON

TONES = {"pending": "warn", "approved": "good", "rejected": "bad"}


@admin.register(Review)
class ReviewDesk(console.ReadOnlyDesk):
    list_display = ("stars", "title_or_text", "product", "state_words", "written_at")
    list_display_links = ("title_or_text",)
    list_select_related = ("product",)
    list_filter = ("state", "rating")
    search_fields = ("product__name", "title", "text")
    fields = (
        ("product", "stars", "state_words"),
        "title",
        "words",
        ("shown_name", "proof_link"),
        ("written_at", "decided_at", "decided_by"),
        "reason",
    )

    @admin.display(description=gettext_lazy("stars"), ordering="rating")
    def stars(self, review: Review) -> str:
        return ngettext("%(stars)d star", "%(stars)d stars", review.rating) % {"stars": review.rating}

    @admin.display(description=gettext_lazy("review"))
    def title_or_text(self, review: Review) -> str:
        return review.title or review.text[:80] or _("(forgotten)")

    @admin.display(description=gettext_lazy("text"))
    def words(self, review: Review) -> SafeString:
        return mark_safe(linebreaks(review.text, autoescape=True))  # noqa: S308 (escaped on the way)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_words(self, review: Review) -> SafeString:
        return console.badge(review.get_state_display(), TONES[review.state])

    @admin.display(description=gettext_lazy("shown as"))
    def shown_name(self, review: Review) -> str:
        return review.byline or _("A customer")

    @admin.display(description=gettext_lazy("bought with"))
    def proof_link(self, review: Review) -> SafeString | str:
        return console.reference_link(review.proof) if review.proof else "–"


class ReadForm(console.ActForm):
    """Carries which version of the words was on the screen."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def __init__(self, *args: Any, row: Review, **kwargs: Any):
        super().__init__(*args, row=row, **kwargs)
        self.fields["version"].initial = row.version


class RejectForm(ReadForm):
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The author reads it, and may change the review."),
    )
    field_order = ("reason", "version", "key")


class Decide(console.Act):
    """Shows or hides a review as it was read, with a trace of who did."""

    permission = "shop.moderate_review"
    form_class = ReadForm
    refusals = {shop.ReviewDecided: messages.ERROR, shop.ReviewChanged: messages.ERROR}

    def decide(self, request: HttpRequest, review: Review, given: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def do(self, request: HttpRequest, row: Review, given: Mapping[str, Any]) -> str:
        before = {"state": row.state, "version": row.version}
        if row.version != given["version"]:
            raise shop.ReviewChanged
        with transaction.atomic():
            self.decide(request, row, given)
            after = {"state": row.state, "reason": row.reason}
            console.audit(request.user, f"{self.name} review", f"review {row.pk}", before=before, after=after)
        return _("The review is decided: %(state)s.") % {"state": row.get_state_display()}


@console.sign_up_act(Review)
class Approve(Decide):
    name = "approve"
    label = gettext_lazy("Approve")  # type: ignore[assignment] # words, once they are shown
    is_next_step = True

    def why_not(self, row: Review) -> str:
        return _("The review is shown already.") if row.state == Review.State.APPROVED else ""

    def tell(self, row: Review) -> str:
        words = _("Shows it on the page of %(product)s, with %(stars)d of 5 stars: “%(title)s” %(text)s")
        return words % {"product": row.product, "stars": row.rating, "title": row.title, "text": row.text}

    def decide(self, request: HttpRequest, review: Review, given: Mapping[str, Any]) -> None:
        shop.approve_review(review, by=console.actor(request))


@console.sign_up_act(Review)
class Reject(Decide):
    name = "reject"
    label = gettext_lazy("Reject")  # type: ignore[assignment] # likewise
    form_class = RejectForm

    def why_not(self, row: Review) -> str:
        return _("The review is rejected already.") if row.state == Review.State.REJECTED else ""

    def tell(self, row: Review) -> str:
        words = _("Does not show it, or no longer: “%(title)s” %(text)s")
        return words % {"title": row.title, "text": row.text}

    def preview(self, row: Review, given: Mapping[str, Any]) -> str:
        return _("The review is not shown; its author reads: %(reason)s") % {"reason": given["reason"]}

    def decide(self, request: HttpRequest, review: Review, given: Mapping[str, Any]) -> None:
        shop.reject_review(review, reason=given["reason"], by=console.actor(request))


def to_read() -> QuerySet[Review]:
    return Review.objects.pending()


console.todo(
    gettext_lazy("reviews to read"),  # type: ignore[arg-type]
    to_read,
    one=gettext_lazy("review to read"),  # type: ignore[arg-type]
    at="admin:shop_review_changelist",
    query="state__exact=pending",
    permission="shop.moderate_review",
    urgency=console.LATER,
)
