"""Payments, their ledger and what was paid back, in the console."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from config import console
from config.money import format_money
from orders.models import Checkout, Order
from payments import services
from payments.admin.words import TONES, state_badge
from payments.models import Payment, PaymentEvent, Refund

MOST_EVENTS = 50
# Lists of those whose hold ends soonest.
QUEUES = ("settle", "lapsing")


class WaitingFilter(admin.SimpleListFilter):
    title = "waiting for"
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        hours = settings.AUTHORISATION_WARNING_HOURS
        return [
            ("settle", "settling, soonest first"),
            ("lapsing", f"settling within {hours} hours"),
            ("answer", "Stripe's answer"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "settle":
            return queryset.filter(pk__in=services.to_settle().order_by().values("pk"))
        if self.value() == "lapsing":
            return queryset.filter(pk__in=services.about_to_lapse().order_by().values("pk"))
        return queryset.filter(not_answered()) if self.value() == "answer" else queryset


def not_answered() -> Exists:
    return Exists(services.unknown().filter(payment=OuterRef("pk")))


@admin.register(Payment)
class PaymentDesk(console.ReadOnlyDesk):
    """What was authorised, settled and given back; the figures are sums of the ledger below them."""

    exports = ("payments",)
    list_display = (
        "number",
        "created_at",
        "state_word",
        "hold_ends",
        "amount",
        "captured",
        "refunded",
        "card",
    )
    list_select_related = ("checkout", "order")
    list_filter = (WaitingFilter, "state", "method", ("created_at", admin.DateFieldListFilter))
    search_fields = ("checkout__number", "checkout__email", "session_id__exact", "intent_id__exact")
    search_help_text = "Order number, e-mail address, or an id of Stripe's"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("checkout_link", "order_link", "state_word"),
                    ("amount", "authorised", "captured", "voided", "refunded", "disputed"),
                    ("credit", "refunded_otherwise"),
                    ("card", "hold_ends", "created_at"),
                )
            },
        ),
        ("At Stripe", {"fields": ("session_id", "intent_id", "idempotency_key")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("checkout", "order")

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """While one settles, what that needs; else the figures."""
        if request.GET.get("waiting") in QUEUES:
            return ["number", "hold_ends", "held", "goods", "who"]
        return super().get_list_display(request)

    def get_ordering(self, request: HttpRequest) -> Any:
        if request.GET.get("waiting") in QUEUES:
            return [F("capture_before").asc(nulls_last=True), "pk"]
        return super().get_ordering(request)

    @admin.display(description="payment of", ordering="checkout__number")
    def number(self, payment: Payment) -> str:
        return payment.checkout.number

    @admin.display(description="customer", ordering="checkout__email")
    def who(self, payment: Payment) -> str:
        return payment.checkout.email

    @admin.display(description="held", ordering="authorised")
    def held(self, payment: Payment) -> str:
        figure = format_html('<span class="figure">{}</span>', format_money(payment.authorised))
        return console.marked(figure, payment)

    @admin.display(description="goods", ordering="order__fulfilment_state")
    def goods(self, payment: Payment) -> str:
        return console.badge(payment.order.get_fulfilment_state_display()) if payment.order else "–"

    @admin.display(description="hold ends", ordering="capture_before")
    def hold_ends(self, payment: Payment) -> str:
        """When the bank lets the hold lapse, with a warning in time; a dash where nothing is held any more."""
        ends = payment.capture_before
        if payment.state != Payment.State.AUTHORISED or ends is None:
            return "–"
        left = ends - timezone.now()
        day = format_html('<span class="moment">{}</span>', console.when(ends))
        if left > timedelta(hours=settings.AUTHORISATION_WARNING_HOURS):
            return day
        warning = ("lapsed", "bad") if left <= timedelta(0) else (f"in {_long(left)}", "warn")
        return format_html("{} {}", day, console.badge(*warning))

    @admin.display(description="state", ordering="state")
    def state_word(self, payment: Payment) -> str:
        return console.marked(state_badge(payment), payment)

    @admin.display(description="paid by")
    def card(self, payment: Payment) -> str:
        if payment.is_at_counter:
            return " ".join(filter(None, [payment.get_method_display(), payment.get_taken_in_display()]))
        return f"{payment.card_brand} …{payment.card_last4}" if payment.card_last4 else "–"

    @admin.display(description="checkout")
    def checkout_link(self, payment: Payment) -> str:
        return console.change_link(payment.checkout)

    @admin.display(description="order")
    def order_link(self, payment: Payment) -> str:
        return console.change_link(payment.order)


def _long(left: timedelta) -> str:
    """The time left in the unit that people count it in."""
    hours = int(left.total_seconds() // 3600)
    if hours < 1:
        return "less than an hour"
    return f"{hours} hour{'s' if hours > 1 else ''}"


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
        "{} · {} asked, {} authorised, {} settled, {} released, {} refunded{} · {}",
        console.badge(payment.get_state_display(), TONES.get(payment.state, "")),
        *map(
            format_money,
            (payment.amount, payment.authorised, payment.captured, payment.voided, payment.refunded),
        ),
        f", {format_money(payment.disputed)} taken back by the bank" if payment.disputed else "",
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


@admin.register(Refund)
class RefundDesk(console.ReadOnlyDesk):
    """Money that went back, or should have: what was asked of Stripe, and what Stripe says of it."""

    list_display = ("asked_at", "number", "amount", "method", "state_word", "reason", "failure")
    list_display_links = ("asked_at",)
    list_select_related = ("payment__checkout",)
    list_filter = ("state", "method", "is_external", ("asked_at", admin.DateFieldListFilter))
    search_fields = ("payment__checkout__number__startswith", "stripe_id__exact", "operation__exact")
    ordering = ("-pk",)
    fields = (
        ("asked_at", "asked_by", "decided_at"),
        ("payment_link", "amount", "method", "state_word"),
        ("reason", "handed_over_by", "failure"),
        ("operation", "cause", "stripe_id", "is_external"),
    )

    @admin.display(description="payment of", ordering="payment__checkout__number")
    def number(self, refund: Refund) -> str:
        return refund.payment.checkout.number

    @admin.display(description="payment")
    def payment_link(self, refund: Refund) -> str:
        return console.change_link(refund.payment)

    @admin.display(description="state", ordering="state")
    def state_word(self, refund: Refund) -> str:
        tones = {"succeeded": "good", "failed": "bad"}
        return console.badge(refund.get_state_display(), tones.get(refund.state, "warn"))


console.mark(Payment, "unknown", "unknown", not_answered)
console.mark(
    Order, "unknown", "unknown", lambda: Exists(services.unknown().filter(payment__order=OuterRef("pk")))
)
console.todo(
    f"holds that lapse within {settings.AUTHORISATION_WARNING_HOURS} hours",
    services.about_to_lapse,
    one=f"hold that lapses within {settings.AUTHORISATION_WARNING_HOURS} hours",
    at="admin:payments_payment_changelist",
    query="waiting=lapsing",
    permission="payments.view_payment",
    urgency=console.URGENT,
)
