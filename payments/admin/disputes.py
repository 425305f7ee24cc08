"""Disputes in the console: the next deadline first, and the way to Stripe's own page for evidence."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Case, F, QuerySet, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from config import console
from config.money import format_money
from orders.models import Order
from payments import services
from payments.models import Dispute, Payment

TONES = {
    Dispute.State.NEEDS_RESPONSE: "bad",
    Dispute.State.APPEAL_NEEDS_RESPONSE: "bad",
    Dispute.State.LOST: "bad",
    Dispute.State.INQUIRY: "warn",
    Dispute.State.UNDER_REVIEW: "warn",
    Dispute.State.APPEAL_UNDER_REVIEW: "warn",
    Dispute.State.WON: "good",
    Dispute.State.PREVENTED: "good",
}
SOON = timedelta(days=3)
# What waits for us by its deadline, then what the bank has to do, then what is over.
NEXT_FIRST = (
    Case(When(state__in=Dispute.TO_ANSWER, then=F("evidence_due_at"))).asc(nulls_last=True),
    F("closed_at").desc(nulls_first=True),
    "-pk",
)


class WaitingFilter(admin.SimpleListFilter):
    title = "what it waits for"
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("answer", "our answer"), ("bank", "the bank"), ("no", "nothing: closed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "answer":
            return queryset.filter(state__in=Dispute.TO_ANSWER)
        if self.value() == "bank":
            return queryset.filter(state__in=set(Dispute.UNDECIDED) - set(Dispute.TO_ANSWER))
        return queryset.exclude(state__in=Dispute.UNDECIDED) if self.value() == "no" else queryset


def state_word(dispute: Dispute) -> str:
    return console.badge(dispute.get_state_display(), TONES.get(Dispute.State(dispute.state), ""))


def deadline(dispute: Dispute) -> str:
    """When the answer is due, if one is; louder the nearer it is."""
    if dispute.state not in Dispute.TO_ANSWER or dispute.evidence_due_at is None:
        return "–"
    left = dispute.evidence_due_at - timezone.now()
    if left < timedelta(0):
        return format_html("{} {}", console.when(dispute.evidence_due_at), console.badge("over", "bad"))
    days = f"{left.days} days" if left.days != 1 else "1 day"
    if left.days == 0:
        days = f"{left.seconds // 3600} hours"
    tone = "bad" if left < SOON else "warn"
    return format_html("{} {}", console.when(dispute.evidence_due_at), console.badge(f"{days} left", tone))


@admin.register(Dispute)
class DisputeDesk(console.ReadOnlyDesk):
    """What customers' banks took back or ask about. Evidence is handed in on Stripe's dashboard."""

    list_display = ("due", "number", "amount", "reason_words", "state_badge", "opened_at")
    list_display_links = ("due", "number")
    ordering = NEXT_FIRST
    list_select_related = ("payment__checkout",)
    list_filter = (WaitingFilter, "state", ("opened_at", admin.DateFieldListFilter))
    search_fields = ("payment__checkout__number__startswith", "stripe_id__exact")
    search_help_text = "The start of an order number, or Stripe's id of the dispute"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("due", "state_badge", "at_stripe"),
                    ("payment_link", "order_link"),
                    ("amount", "reason_words"),
                    ("opened_at", "closed_at"),
                    "note",
                )
            },
        ),
        ("At Stripe", {"fields": ("stripe_id", "is_refundable")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("payment__checkout", "payment__order")

    @admin.display(description="answer due by", ordering="evidence_due_at")
    def due(self, dispute: Dispute) -> str:
        return deadline(dispute)

    @admin.display(description="payment of", ordering="payment__checkout__number")
    def number(self, dispute: Dispute) -> str:
        return dispute.payment.checkout.number

    @admin.display(description="reason", ordering="reason")
    def reason_words(self, dispute: Dispute) -> str:
        return dispute.reason_words

    @admin.display(description="state", ordering="state")
    def state_badge(self, dispute: Dispute) -> str:
        return state_word(dispute)

    @admin.display(description="payment")
    def payment_link(self, dispute: Dispute) -> str:
        return console.change_link(dispute.payment)

    @admin.display(description="order")
    def order_link(self, dispute: Dispute) -> str:
        return console.change_link(dispute.payment.order)

    @admin.display(description="evidence")
    def at_stripe(self, dispute: Dispute) -> str:
        words = "Hand in evidence" if dispute.state in Dispute.TO_ANSWER else "Look at it"
        return console.link(services.dashboard_url(dispute), f"{words} on Stripe's dashboard")


def _panel(payment: Payment | None) -> console.Panel | None:
    rows = [
        [
            console.change_link(row, row.stripe_id),
            format_money(row.amount),
            row.reason_words,
            state_word(row),
            deadline(row),
            console.link(services.dashboard_url(row), "Stripe's dashboard"),
            row.note,
        ]
        for row in (payment.disputes.all() if payment else [])
    ]
    columns = ["Dispute", "Amount", "Reason", "State", "Answer due by", "Evidence", "Note"]
    return console.Panel("Disputes", columns, rows, numbers=frozenset({1})) if rows else None


@console.panel(Payment, permission="payments.view_dispute")
def disputes_of_payment(payment: Payment) -> console.Panel | None:
    return _panel(payment)


@console.panel(Order, permission="payments.view_dispute")
def disputes_of_order(order: Order) -> console.Panel | None:
    return _panel(Payment.objects.filter(order=order).first())


console.todo(
    "disputes to answer",
    lambda: Dispute.objects.to_answer(),
    one="dispute to answer",
    at="admin:payments_dispute_changelist",
    query="waiting=answer",
    permission="payments.view_dispute",
    urgency=console.URGENT,
)
