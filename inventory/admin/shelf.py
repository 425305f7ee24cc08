"""The shelf in the console: what lies where, why it is that many, and the places themselves."""

from typing import Any

from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from config import console
from inventory import tasks
from inventory.admin.shelf_panels import (
    FIGURE_COLUMNS,
    low_levels,
    movement_panel,
    movement_rows,
    promise_panel,
    standing,
    with_free,
)
from inventory.models import (
    Location,
    StockItem,
    StockLevel,
    StockMovement,
)


class ShelfFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "shelf"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("low", "low or out"), ("out", "out"), ("short", "promised beyond the shelf")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "low":
            return queryset.filter(location__is_sellable=True, free__lte=F("threshold"))
        if self.value() == "out":
            return queryset.filter(location__is_sellable=True, free__lte=0)
        return queryset.filter(free__lt=0) if self.value() == "short" else queryset


@admin.register(StockLevel)
class StockLevelDesk(console.ReadOnlyDesk):
    """What each place holds. The figures follow from movements; the buttons make movements."""

    exports = ("stock",)
    list_display = ("sku", "label", "location", "on_hand", "reserved", "allocated", "available", "state")
    list_display_links = ("sku",)
    list_select_related = ("item", "location")
    list_filter = (ShelfFilter, "location")
    search_fields = ("item__sku", "item__label", "item__barcode__exact")
    ordering = ("item__sku", "location__priority")
    fields = ("item_link", "location", ("on_hand", "reserved", "allocated", "available"), "state")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return with_free(super().get_queryset(request).select_related("item", "location"))

    @admin.display(description="SKU", ordering="item__sku")
    def sku(self, level: StockLevel) -> str:
        return level.item.sku

    @admin.display(ordering="item__label")
    def label(self, level: StockLevel) -> str:
        return level.item.label

    @admin.display(description="item")
    def item_link(self, level: StockLevel) -> str:
        return console.change_link(level.item)

    @admin.display(ordering="free")
    def available(self, level: Any) -> int:
        return level.free

    @admin.display(description="standing")
    def state(self, level: Any) -> str:
        return standing(level.free, level.threshold, level.location.is_sellable)


@console.panel(StockLevel, permission="inventory.view_stockmovement")
def movements_of_level(level: StockLevel) -> console.Panel:
    moves = StockMovement.objects.filter(item=level.item_id, location=level.location_id)
    query = f"?item__id__exact={level.item_id}&location__id__exact={level.location_id}"
    address = reverse("admin:inventory_stockmovement_changelist") + query
    return movement_panel(movement_rows(moves, with_location=False), address, with_location=False)


@console.panel(StockLevel, permission="inventory.view_stocklevel")
def promises_of_level(level: StockLevel) -> console.Panel:
    return promise_panel(Q(item=level.item_id, location=level.location_id))


# --- movements and places ---------------------------------------------------------------------------
@admin.register(StockMovement)
class StockMovementDesk(console.ReadOnlyDesk):
    """The ledger of the shelf: every line says what changed and what it was after that."""

    exports = ("movements",)
    list_display = ("at", "kind", "item", "location", *FIGURE_COLUMNS, "cause", "reason", "actor")
    list_display_links = ("at",)
    list_select_related = ("item", "location", "actor")
    list_filter = ("kind", ("at", admin.DateFieldListFilter), "location")
    linked_by = ("item",)
    search_fields = ("reference__startswith",)
    search_help_text = "SKU, or what it was for: order T-…, checkout T-…"
    fields = (
        ("at", "actor"),
        ("kind", "item", "location"),
        ("on_hand_delta", "reserved_delta", "allocated_delta"),
        ("on_hand_after", "reserved_after", "allocated_after"),
        "cause",
        "reason",
        "key",
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """What is a SKU is looked for among items first: either way an index leads to the movements."""
        items = list(
            StockItem.objects.filter(sku__iexact=search_term.strip()[:40]).values_list("pk", flat=True)
        )
        if items:
            return queryset.filter(item__in=items), False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description="for", ordering="reference")
    def cause(self, move: StockMovement) -> str:
        return console.reference_link(move.reference)


@admin.register(Location)
class LocationDesk(console.Desk):
    """Places that hold stock."""

    list_display = ("name", "code", "is_sellable", "is_damaged", "priority")
    fields = ("name", "code", "is_sellable", "is_damaged", "priority")

    def store(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """What a place holds counts, or counts no more."""
        super().store(request, obj, form, change)
        tasks.look_at_everything.enqueue()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


console.todo(
    "shelves are low or empty",
    low_levels,
    one="shelf is low or empty",
    at="admin:inventory_stocklevel_changelist",
    query="shelf=low",
    permission="inventory.view_stocklevel",
    urgency=console.LATER,
)
