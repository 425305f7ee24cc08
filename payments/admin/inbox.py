"""What Stripe told us, and what does not fit, in the console."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from config import console
from payments.admin.words import state_badge
from payments.models import Finding, WebhookEvent
from payments.services.findings import KINDS

UNDECIDED = (WebhookEvent.State.RECEIVED, WebhookEvent.State.FAILED)


# --- the inbox --------------------------------------------------------------------------------------
class DecisionFilter(admin.SimpleListFilter):
    title = "decision"
    parameter_name = "decided"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "undecided"), ("yes", "decided")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "no":
            return queryset.filter(state__in=UNDECIDED)
        return queryset.exclude(state__in=UNDECIDED) if self.value() == "yes" else queryset


@admin.register(WebhookEvent)
class WebhookEventDesk(console.ReadOnlyDesk):
    """Every event that was proven to be Stripe's, and what it did here."""

    list_display = ("received_at", "kind", "state_word", "effect", "payment_of", "attempts")
    list_display_links = ("received_at", "kind")
    list_select_related = ("payment__checkout",)
    list_filter = (DecisionFilter, "state", ("received_at", admin.DateFieldListFilter))
    search_fields = (
        "event_id__exact",
        "object_id__exact",
        "kind__startswith",
        "payment__checkout__number__startswith",
    )
    search_help_text = "An id of Stripe's, the start of a kind, or an order number"
    fields = (
        ("received_at", "decided_at", "attempts"),
        ("kind", "state_word"),
        "effect",
        "payment_of",
        ("event_id", "object_id"),
        "content",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("payment__checkout").defer("body")

    @admin.display(description="state", ordering="state")
    def state_word(self, event: WebhookEvent) -> str:
        return state_badge(event)

    @admin.display(description="payment of")
    def payment_of(self, event: WebhookEvent) -> str:
        return console.change_link(event.payment, event.payment.checkout.number) if event.payment else "–"

    @admin.display(description="body")
    def content(self, event: WebhookEvent) -> str:
        return format_html("<pre>{}</pre>", json.dumps(event.body, indent=2, ensure_ascii=False))


# --- findings ---------------------------------------------------------------------------------------
class ResolvedFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "resolved"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "open"), ("yes", "resolved")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "no":
            return queryset.filter(resolved_at=None)
        return queryset.exclude(resolved_at=None) if self.value() == "yes" else queryset


@admin.register(Finding)
class FindingDesk(console.ReadOnlyDesk):
    """Differences between Stripe and the books that a person should see."""

    list_display = ("found_at", "state_word", "sentence", "kind", "number")
    list_display_links = ("found_at", "sentence")
    list_select_related = ("payment__checkout",)
    list_filter = (ResolvedFilter, "outcome", "kind")
    search_fields = ("sentence", "payment__checkout__number")
    fields = ("found_at", "sentence", ("kind", "class_words"), "payment_link", ("state_word", "resolved_at"))

    @admin.display(description="payment of", ordering="payment__checkout__number")
    def number(self, finding: Finding) -> str:
        return finding.payment.checkout.number if finding.payment else "–"

    @admin.display(description="that is")
    def class_words(self, finding: Finding) -> str:
        return KINDS[finding.kind].says if finding.kind in KINDS else "–"

    @admin.display(description="payment")
    def payment_link(self, finding: Finding) -> str:
        return console.change_link(finding.payment)

    @admin.display(description="state", ordering="resolved_at")
    def state_word(self, finding: Finding) -> str:
        if finding.resolved_at is None:
            return console.badge("open", "warn")
        return console.badge(finding.get_outcome_display() or "resolved", "good")


console.todo(
    "open findings",
    lambda: Finding.objects.filter(resolved_at=None),
    one="open finding",
    at="admin:payments_finding_changelist",
    query="resolved=no",
    permission="payments.view_finding",
    urgency=console.URGENT,
)
console.todo(
    "undecided webhook events",
    lambda: WebhookEvent.objects.filter(state__in=UNDECIDED),
    one="undecided webhook event",
    at="admin:payments_webhookevent_changelist",
    query="decided=no",
    permission="payments.view_webhookevent",
    urgency=console.URGENT,
)
