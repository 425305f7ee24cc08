"""Items in the console: what is counted, how it stands over all places, and why."""

from typing import Any

from django.contrib import admin
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from config import console
from inventory import acts, tasks
from inventory.admin.shelf_panels import movement_panel, movement_rows, promise_panel, standing, with_free
from inventory.models import (
    StockItem,
    StockMovement,
    threshold_of,
)
from inventory.services.standing import Standing, levels_of, standings


def with_free_sum(items: QuerySet) -> QuerySet:
    """Add `free_sum`, over the places that feed the shop, and `threshold_now` to each item."""
    free = F("levels__on_hand") - F("levels__reserved") - F("levels__allocated")
    feeds_shop = Q(levels__location__is_sellable=True)
    return items.annotate(free_sum=Coalesce(Sum(free, filter=feeds_shop), 0), threshold_now=threshold_of())


OUT = Q(free_sum__lte=0)


def items_out() -> QuerySet[StockItem]:
    """Items of which there is nothing to sell, whether they were sold or never received."""
    return with_free_sum(StockItem.objects.all()).filter(OUT)


class StandingFilter(admin.SimpleListFilter):
    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("low", "low or out"), ("out", "out of stock")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "low":
            return queryset.filter(free_sum__lte=F("threshold_now"))
        return queryset.filter(OUT) if self.value() == "out" else queryset


@admin.register(StockItem)
class StockItemDesk(console.Desk):
    """What is counted, over all places. Names and barcodes are changed where the thing is sold."""

    natural_key = "sku"
    list_display = ("sku", "label", "barcode", "on_hand", "free", "low_from", "backorder_limit", "state")
    list_filter = (StandingFilter,)
    search_fields = ("sku", "label", "barcode")
    fields = ("sku", "label", "barcode", "low_stock_threshold", "backorder_limit", "expected_on")
    readonly_fields = ("sku", "label", "barcode")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        on_hand = Coalesce(Sum("levels__on_hand"), 0)
        return with_free_sum(super().get_queryset(request)).annotate(on_hand_sum=on_hand)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """An item begins as something that is sold."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="on hand", ordering="on_hand_sum")
    def on_hand(self, item: Any) -> int:
        return item.on_hand_sum

    @admin.display(description="available", ordering="free_sum")
    def free(self, item: Any) -> int:
        return item.free_sum

    @admin.display(description="low from", ordering="threshold_now")
    def low_from(self, item: Any) -> int:
        return item.threshold_now

    @admin.display(description="standing")
    def state(self, item: Any) -> str:
        return standing(item.free_sum, item.threshold_now, True)

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Another threshold or limit may open or close alerts."""
        super().store(request, obj, form, change)
        tasks.look_at_stock.enqueue([obj.pk])

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in {"low_stock_threshold", "backorder_limit"}:
            kwargs["max_value"] = acts.MOST_AT_ONCE
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@console.panel(StockItem, permission="inventory.view_stocklevel")
def figures_of_item(item: StockItem) -> console.Panel | None:
    return figures_panel(item)


def figures_panel(item: StockItem) -> console.Panel | None:
    """Where the figure "available" comes from, and what it is held against; nothing of what never lay anywhere."""
    levels = list(levels_of([item.pk]).values())
    if not levels:
        return None
    stands = standings(levels)[item.pk]
    selling = [level for level in levels if level.feeds_shop]  # type: ignore[attr-defined]
    on_hand = sum(level.on_hand for level in selling)
    reserved = sum(level.reserved for level in selling)
    allocated = sum(level.allocated for level in selling)
    rows: list[list[object]] = [
        ["On hand", on_hand, "at the places that feed the shop"],
        ["Reserved", minus(reserved), "held for checkouts until they are paid or expire"],
        ["Allocated", minus(allocated), "promised to orders until they are shipped"],
        ["Available", str(stands.free).replace("-", "−"), _available_words(stands)],
        ["Low from", stands.threshold, threshold_words(item)],
    ]
    if stands.uncovered or stands.backorder_limit:
        rows.append(
            [
                "Backorders",
                stands.uncovered,
                f"promised beyond the shelf; {stands.backorder_limit} are allowed",
            ]
        )
    if stands.deficit:
        rows.append(["Deficit", stands.deficit, "the newest orders are held until goods come"])
    return console.Panel("How that comes about", ["Figure", "Pieces", "Why"], rows, numbers=frozenset({1}))


def minus(pieces: int) -> str:
    return f"−{pieces}" if pieces else "0"


def _available_words(stands: Standing) -> SafeString | str:
    return standing(stands.free, stands.threshold, True)


def threshold_words(item: StockItem) -> str:
    if item.low_stock_threshold is not None:
        return "the item's own figure"
    if item.default_threshold is not None:
        return "by its price, from the low-stock rules"
    return "the shop's own: no rule covers its price"


@console.panel(StockItem, permission="inventory.view_stocklevel")
def levels_of_item(item: StockItem) -> console.Panel:
    levels = with_free(item.levels.select_related("location").order_by("location__priority", "pk"))
    return console.Panel(
        "Where it lies",
        ["Where", "On hand", "Reserved", "Allocated", "Available", "Standing"],
        [
            [
                console.change_link(level, level.location),
                level.on_hand,
                level.reserved,
                level.allocated,
                level.free,
                standing(level.free, level.threshold, level.location.is_sellable),
            ]
            for level in levels
        ],
        empty="Nowhere: nothing was ever received.",
        numbers=frozenset({1, 2, 3, 4}),
    )


@console.panel(StockItem, permission="inventory.view_stockmovement")
def movements_of_item(item: StockItem) -> console.Panel:
    address = reverse("admin:inventory_stockmovement_changelist") + f"?item__id__exact={item.pk}"
    rows = movement_rows(StockMovement.objects.filter(item=item), with_location=True)
    return movement_panel(rows, address, with_location=True)


@console.panel(StockItem, permission="inventory.view_stocklevel")
def promises_of_item(item: StockItem) -> console.Panel:
    return promise_panel(Q(item=item))


console.todo(
    "items are out of stock",
    items_out,
    one="item is out of stock",
    at="admin:inventory_stockitem_changelist",
    query="standing=out",
    permission="inventory.view_stockitem",
)
