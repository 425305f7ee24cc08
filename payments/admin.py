"""Money in the console: payments with their ledger, the webhook inbox with its effects, and what needs a look."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from config import console
from config.money import format_money
from orders.models import Checkout, Order
from payments import acts  # noqa: F401  (signs up "end now" and "resolve")
from payments.models import Finding, Payment, PaymentEvent, WebhookEvent

MOST_EVENTS = 50
TONES = {
    "authorised": "good",
    "captured": "good",
    "pending": "warn",
    "processed": "good",
    "received": "warn",
    "failed": "bad",
    "expired": "bad",
    "requested": "warn",
    "succeeded": "good",
}
UNDECIDED = (WebhookEvent.State.RECEIVED, WebhookEvent.State.FAILED)


def state_badge(row: Any) -> str:
    return console.badge(row.get_state_display(), TONES.get(row.state, ""))


# --- payments ---------------------------------------------------------------------------------------
@admin.register(Payment)
class PaymentDesk(console.ReadOnlyDesk):
    """What was authorised, settled and given back; the figures are sums of the ledger below them."""

    list_display = (
        "number",
        "created_at",
        "state_word",
        "amount",
        "authorised",
        "captured",
        "voided",
        "refunded",
        "card",
    )
    list_select_related = ("checkout",)
    list_filter = ("state", ("created_at", admin.DateFieldListFilter))
    search_fields = ("checkout__number", "checkout__email", "session_id__exact", "intent_id__exact")
    search_help_text = "Order number, e-mail address, or an id of Stripe's"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("checkout_link", "order_link", "state_word"),
                    ("amount", "authorised", "captured", "voided", "refunded"),
                    ("card", "capture_before", "created_at"),
                )
            },
        ),
        ("At Stripe", {"fields": ("session_id", "intent_id", "idempotency_key")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("checkout", "order")

    @admin.display(description="payment of", ordering="checkout__number")
    def number(self, payment: Payment) -> str:
        return payment.checkout.number

    @admin.display(description="state", ordering="state")
    def state_word(self, payment: Payment) -> str:
        return state_badge(payment)

    @admin.display(description="card")
    def card(self, payment: Payment) -> str:
        return f"{payment.card_brand} …{payment.card_last4}" if payment.card_last4 else "–"

    @admin.display(description="checkout")
    def checkout_link(self, payment: Payment) -> str:
        return console.change_link(payment.checkout)

    @admin.display(description="order")
    def order_link(self, payment: Payment) -> str:
        return console.change_link(payment.order)


def ledger_rows(payment: Payment) -> list[list[object]]:
    return [
        [
            console.when(event.at),
            event.get_kind_display(),
            console.badge(event.get_result_display(), TONES.get(event.result, "")),
            format_money(event.amount),
            event.stripe_id,
            event.detail,
        ]
        for event in payment.events.all()
    ]


LEDGER = ["When", "What", "Result", "Amount", "At Stripe", ""]


@console.panel(Payment, permission="payments.view_paymentevent")
def ledger_of_payment(payment: Payment) -> console.Panel:
    return console.Panel("Its ledger", LEDGER, ledger_rows(payment), numbers=frozenset({3}))


@console.panel(Payment, permission="payments.view_webhookevent")
def inbox_of_payment(payment: Payment) -> console.Panel:
    events = payment.webhook_events.defer("body")[:MOST_EVENTS]
    return console.Panel(
        "What Stripe told us",
        ["When", "Event", "State", "Effect", "Tries"],
        [
            [
                console.when(event.received_at),
                console.change_link(event, event.kind),
                state_badge(event),
                event.effect,
                event.attempts,
            ]
            for event in events
        ],
        numbers=frozenset({4}),
    )


@console.panel(Payment, permission="payments.view_finding")
def findings_of_payment(payment: Payment) -> console.Panel | None:
    rows = [
        [console.when(finding.found_at), console.change_link(finding), console.when(finding.resolved_at)]
        for finding in payment.findings.all()
    ]
    return console.Panel("Findings", ["When", "What", "Resolved"], rows) if rows else None


def payment_panel(payment: Payment | None) -> console.Panel:
    if payment is None:
        return console.Panel("Payment", LEDGER, [], empty="No payment was started.")
    note = format_html(
        "{} · {} asked, {} authorised, {} settled, {} released, {} refunded · {}",
        console.badge(payment.get_state_display(), TONES.get(payment.state, "")),
        *map(
            format_money,
            (payment.amount, payment.authorised, payment.captured, payment.voided, payment.refunded),
        ),
        console.change_link(payment, "Payment"),
    )
    return console.Panel("Payment", LEDGER, ledger_rows(payment), note=note, numbers=frozenset({3}))


@console.panel(Order, permission="payments.view_payment")
def payment_of_order(order: Order) -> console.Panel:
    return payment_panel(Payment.objects.filter(order=order).first())


@console.panel(Checkout, permission="payments.view_payment")
def payment_of_checkout(checkout: Checkout) -> console.Panel:
    return payment_panel(Payment.objects.filter(checkout=checkout).first())


@admin.register(PaymentEvent)
class PaymentEventDesk(console.ReadOnlyDesk):
    """The ledger of money: every line is a fact, none is ever changed."""

    list_display = ("at", "number", "kind", "result", "amount", "stripe_id", "detail")
    list_display_links = ("at",)
    list_select_related = ("payment__checkout",)
    list_filter = ("kind", "result", ("at", admin.DateFieldListFilter))
    search_fields = ("payment__checkout__number__startswith", "stripe_id__exact", "operation__exact")
    ordering = ("-pk",)
    fields = ("at", "payment_link", "kind", "result", "amount", "operation", "stripe_id", "detail", "key")

    @admin.display(description="payment of", ordering="payment__checkout__number")
    def number(self, event: PaymentEvent) -> str:
        return event.payment.checkout.number

    @admin.display(description="payment")
    def payment_link(self, event: PaymentEvent) -> str:
        return console.change_link(event.payment)


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

    list_display = ("found_at", "sentence", "kind", "number", "state_word")
    list_display_links = ("found_at", "sentence")
    list_select_related = ("payment__checkout",)
    list_filter = (ResolvedFilter, "kind")
    search_fields = ("sentence", "payment__checkout__number")
    fields = ("found_at", "sentence", "kind", "payment_link", "state_word", "resolved_at")

    @admin.display(description="payment of", ordering="payment__checkout__number")
    def number(self, finding: Finding) -> str:
        return finding.payment.checkout.number if finding.payment else "–"

    @admin.display(description="payment")
    def payment_link(self, finding: Finding) -> str:
        return console.change_link(finding.payment)

    @admin.display(description="state", ordering="resolved_at")
    def state_word(self, finding: Finding) -> str:
        return console.badge("resolved", "good") if finding.resolved_at else console.badge("open", "warn")


console.todo(
    "open findings",
    lambda: Finding.objects.filter(resolved_at=None),
    at="admin:payments_finding_changelist",
    query="resolved=no",
    permission="payments.view_finding",
)
console.todo(
    "undecided webhook events",
    lambda: WebhookEvent.objects.filter(state__in=UNDECIDED),
    at="admin:payments_webhookevent_changelist",
    query="decided=no",
    permission="payments.view_webhookevent",
)
