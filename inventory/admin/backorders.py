"""The queue of backorders: which orders wait for goods, the oldest first, and what is expected."""

from typing import Any

from django.contrib import admin
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config import console
from inventory import services as inventory
from inventory.models import (
    Allocation,
    Backorder,
    Receipt,
    ReceiptLine,
    StockItem,
    StockLevel,
)

MOST_WAITS = 50


class ItemFilter(admin.SimpleListFilter):
    """The items that somebody waits for; there are few."""

    title = "item"
    parameter_name = "waits_for"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        items = StockItem.objects.filter(pk__in=Backorder.objects.order_by().values("item"))
        return [(sku, sku) for sku in items.values_list("sku", flat=True)[:MOST_WAITS]]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(item__sku=self.value()) if self.value() else queryset


@admin.register(Backorder)
class BackorderDesk(console.ReadOnlyDesk):
    """Orders that wait for goods, the oldest first: in this order they are filled from what arrives."""

    list_display = ("since", "order", "item_link", "location", "quantity", "waits", "expected")
    list_display_links = ("since",)
    list_select_related = ("item", "location")
    list_filter = (ItemFilter, "location")
    search_fields = ("item__sku__iexact", "reference")
    ordering = ("pk",)
    fields = (("order", "created_at"), ("item_link", "location"), ("quantity", "waits"), "expected")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        older = Allocation.objects.open().filter(
            item=OuterRef("item"), location=OuterRef("location"), pk__lt=OuterRef("pk")
        )
        shelf = StockLevel.objects.filter(item=OuterRef("item"), location=OuterRef("location"))
        return (
            super()
            .get_queryset(request)
            .annotate(
                before=Subquery(older.order_by().values("item").annotate(sum=Sum("quantity")).values("sum")),
                on_hand=Subquery(shelf.values("on_hand")),
                coming=Subquery(coming(OuterRef("item"))),
            )
        )

    @admin.display(ordering="pk")
    def since(self, row: Allocation) -> str:
        return console.when(row.created_at)

    @admin.display(description="for", ordering="reference")
    def order(self, row: Allocation) -> str:
        return console.reference_link(row.reference)

    @admin.display(description="item", ordering="item__sku")
    def item_link(self, row: Allocation) -> str:
        return console.change_link(row.item)

    @admin.display(description="waiting")
    def waits(self, row: Any) -> int:
        return row.quantity - min(max(row.on_hand - (row.before or 0), 0), row.quantity)

    @admin.display(description="expected", ordering="item__expected_on")
    def expected(self, row: Any) -> str:
        return expected_words(row.item, row.coming)


def coming(item: Any) -> QuerySet:
    """How many pieces of an item open receipts announce that have not come; as a subquery of one row at most."""
    lines = ReceiptLine.objects.filter(
        item=item, receipt__state=Receipt.State.OPEN, received__lt=F("expected")
    )
    left = Sum(F("expected") - F("received"))
    return lines.order_by().values("item").annotate(left=left).values_list("left", flat=True)


def expected_words(item: StockItem, pieces: int | None) -> SafeString | str:
    """How many pieces should come and when, and that they are late; or that nobody has said."""
    announced = f"{pieces} announced" if pieces else ""
    if item.expected_on is None:
        return announced or console.badge("nobody has said", "warn")
    on_day = format_date(item.expected_on, "j M Y")
    words = ", ".join(filter(None, [announced, on_day]))
    return console.badge(f"{words}, late", "bad") if item.expected_on < timezone.localdate() else words


def waits_panel(item: StockItem) -> console.Panel | None:
    """The queue of one item; nothing if nobody waits."""
    waits = inventory.waiting([item.pk])
    if not waits:
        return None
    rows = [
        [
            console.when(wait.since),
            console.reference_link(wait.reference),
            wait.promised,
            wait.pieces,
            wait.beyond or "",
        ]
        for wait in waits[:MOST_WAITS]
    ]
    return console.Panel(
        "Who waits for it, the oldest first",
        ["Since", "For", "Promised", "Waiting", "Beyond what may be backordered"],
        rows,
        note=format_html(
            "What arrives fills them in this order. Expected: {}",
            expected_words(item, next(iter(coming(item.pk)), None)),
        ),
        numbers=frozenset({2, 3, 4}),
    )


@console.panel(StockItem, permission="inventory.view_stocklevel")
def waits_of_item(item: StockItem) -> console.Panel | None:
    return waits_panel(item)


@console.panel(StockLevel, permission="inventory.view_stocklevel")
def waits_of_level(level: StockLevel) -> console.Panel | None:
    return waits_panel(level.item)


console.todo(
    "orders wait for goods",
    Backorder.objects.all,
    one="order waits for goods",
    at="admin:inventory_backorder_changelist",
    query="",
    permission="inventory.view_backorder",
)
