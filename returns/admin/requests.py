"""The desk of returns: queues, search, and one return with all that is known of it."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html

from config import console
from config.money import format_money
from inventory.models import StockItem
from orders.admin.words import address_lines
from returns.admin import words
from returns.models import ReturnLine, ReturnRequest
from returns.services import queues

QUEUES = {
    "us": ("us", queues.waiting_for_us),
    "customer": ("the customer", queues.waiting_for_customer),
    "overdue": ("anybody, overdue", queues.overdue),
    "answer": ("an answer to a message", queues.with_unanswered_message),
    "money": ("money that could not be paid", queues.with_unpaid_money),
}

console.reference("return", at="admin:returns_returnrequest_named")


class QueueFilter(admin.SimpleListFilter):
    title = "waiting for"
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, title) for key, (title, _rows) in QUEUES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in QUEUES:
            return queryset
        return queryset.filter(pk__in=QUEUES[self.value() or ""][1]().values("pk"))


class ReasonFilter(admin.SimpleListFilter):
    title = "reason"
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in ReturnLine.Reason.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in ReturnLine.Reason.values:
            return queryset
        return queryset.filter(Exists(ReturnLine.objects.filter(request=OuterRef("pk"), reason=self.value())))


@admin.register(ReturnRequest)
class ReturnDesk(console.ReadOnlyDesk):
    """What customers want to send back, sent, and got for it."""

    natural_key = "number"
    date_hierarchy = "asked_at"
    exports = ("returns", "return-lines")
    list_display = ("number", "state_and_kind", "waits_since", "order_and_name", "worth")
    list_select_related = ("order",)
    list_filter = (QueueFilter, "state", "kind", ReasonFilter)
    search_fields = (
        "number",
        "order__number",
        "order__email",
        *(f"order__shipping_address__{part}" for part in ("name", "street", "postcode", "city")),
    )
    search_help_text = "Number of the return or the order, SKU, e-mail or postal address"
    ordering = ("-pk",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("state_word", "since", "waits"),
                    ("order_link", "who", "kind_word"),
                    ("asked_at", "asked_by_word", "override_word"),
                    ("ship_from", "parcel", "expires_word"),
                )
            },
        ),
        ("What it comes to", {"fields": (("worth", "delivery_word", "fee_word"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        asked = ReturnLine.objects.filter(request=OuterRef("pk")).order_by().values("request")
        value = Subquery(asked.annotate(sum=Sum("value")).values("sum"))
        rows = super().get_queryset(request).select_related("order__customer", "asked_by")
        return rows.annotate(asked_value=value)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Look among lines only for what is a SKU: a join with all of them would make every search slow."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        skus = StockItem.objects.filter(sku__iexact=search_term.strip()[:40])
        if known := list(skus.values_list("sku", flat=True)):
            found |= queryset.filter(pk__in=ReturnLine.objects.filter(line__sku__in=known).values("request"))
        return found, may_repeat

    @admin.display(description="order", ordering="order__number")
    def order_link(self, row: ReturnRequest) -> str:
        return console.change_link(row.order)

    @admin.display(description="customer", ordering="order__email")
    def who(self, row: ReturnRequest) -> str:
        name = row.order.shipping_address.get("name", "")
        return f"{name} · {row.order.email}" if name else row.order.email

    @admin.display(description="order", ordering="order__number")
    def order_and_name(self, row: ReturnRequest) -> str:
        name = row.order.shipping_address.get("name", "") or row.order.email
        return format_html("{}<small>{}</small>", console.change_link(row.order), name)

    @admin.display(description="state", ordering="state")
    def state_and_kind(self, row: ReturnRequest) -> str:
        return format_html("{}<small>{}</small>", words.state_badge(row), row.get_kind_display())

    @admin.display(description="waits for, since", ordering="state_since")
    def waits_since(self, row: ReturnRequest) -> str:
        return format_html("{}<small>{}</small>", self.waits(row), console.when(row.state_since))

    @admin.display(description="kind", ordering="kind")
    def kind_word(self, row: ReturnRequest) -> str:
        return row.get_kind_display()

    @admin.display(description="state", ordering="state")
    def state_word(self, row: ReturnRequest) -> str:
        return words.state_badge(row)

    @admin.display(description="since", ordering="state_since")
    def since(self, row: ReturnRequest) -> str:
        return format_html('<span class="moment">{}</span>', console.when(row.state_since))

    @admin.display(description="waits for")
    def waits(self, row: ReturnRequest) -> str:
        waits = words.waits_for(row)
        return (
            format_html("{} {}", waits, console.badge("overdue", "bad")) if queues.is_overdue(row) else waits
        )

    @admin.display(description="worth")
    def worth(self, row: Any) -> str:
        return format_html('<span class="figure">{}</span>', words.worth_words(row, row.asked_value or 0))

    @admin.display(description="parcel")
    def parcel(self, row: ReturnRequest) -> str:
        return " ".join(filter(None, [row.carrier, row.tracking_number])) or "–"

    @admin.display(description="expires unless something comes by")
    def expires_word(self, row: ReturnRequest) -> str:
        until = row.expires_on if row.state in row.AWAITED else None
        return date_format(until, "j M Y") if until else "–"

    @admin.display(description="of it delivery")
    def delivery_word(self, row: ReturnRequest) -> str:
        return format_money(row.shipping if row.state in row.SETTLED else row.policy.get("shipping", 0))

    @admin.display(description="fee taken off")
    def fee_word(self, row: ReturnRequest) -> str:
        return format_money(row.fee if row.state in row.SETTLED else row.policy.get("fee", 0))

    @admin.display(description="asked for by")
    def asked_by_word(self, row: ReturnRequest) -> str:
        return f"{row.asked_by}, for the customer" if row.asked_by else "the customer"

    @admin.display(description="comes from")
    def ship_from(self, row: ReturnRequest) -> str:
        return address_lines(row.order.shipping_address)

    @admin.display(description="beyond the policy, because")
    def override_word(self, row: ReturnRequest) -> str:
        return row.override or "–"


def _todo(words_: str, one: str, key: str, urgency: int) -> None:
    console.todo(
        words_,
        QUEUES[key][1],
        one=one,
        at="admin:returns_returnrequest_changelist",
        query=f"waiting={key}",
        permission="returns.view_returnrequest",
        urgency=urgency,
    )


_todo("returns to pay another way", "return to pay another way", "money", console.URGENT)
_todo("returns overdue", "return overdue", "overdue", console.SOON)
_todo("returns waiting for us", "return waiting for us", "us", console.SOON)
_todo("messages about returns to answer", "message about returns to answer", "answer", console.SOON)
