"""The shelf in the console: what lies where, why it is that many, and the two forms that change it."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from config import console
from inventory import acts, tasks
from inventory.models import (
    AVAILABLE,
    Allocation,
    Location,
    Reservation,
    StockItem,
    StockLevel,
    StockMovement,
    threshold_of,
)
from inventory.services.standing import Standing, levels_of, standings

MOST_MOVEMENTS = 50
MOST_PROMISES = 50


def _delta_column(figure: str) -> Callable[[StockMovement], str]:
    @admin.display(description=figure.replace("_", " "))
    def column(move: StockMovement) -> str:
        delta, after = getattr(move, f"{figure}_delta"), getattr(move, f"{figure}_after")
        return f"{signed(delta)} → {after}" if delta else str(after)

    column.__name__ = figure
    return column


FIGURE_COLUMNS = tuple(_delta_column(figure) for figure in ("on_hand", "reserved", "allocated"))


# --- words about levels and movements ---------------------------------------------------------------
def with_free(levels: QuerySet) -> QuerySet:
    """Add `free` and `threshold` to each level."""
    return levels.annotate(free=AVAILABLE, threshold=threshold_of("item__"))


def low_levels() -> QuerySet[StockLevel]:
    """Levels that feed the shop and hold no more than their threshold."""
    return with_free(StockLevel.objects.sellable()).filter(free__lte=F("threshold"))


def standing(free: int, threshold: int, feeds_shop: bool) -> SafeString | str:
    """A badge that says whether there is enough."""
    if not feeds_shop:
        return console.badge("not for sale")
    if free <= 0:
        return console.badge("out", "bad")
    return console.badge("low", "warn") if free <= threshold else console.badge("enough", "good")


def signed(delta: int) -> str:
    return f"{delta:+d}".replace("-", "−") if delta else ""


def movement_rows(movements: QuerySet[StockMovement], *, with_location: bool) -> list[list[object]]:
    rows: list[list[object]] = []
    for move in movements.select_related("location", "actor")[:MOST_MOVEMENTS]:
        figures = [column(move) for column in FIGURE_COLUMNS]
        cause = console.reference_link(move.reference)
        where = [move.location] if with_location else []
        rows.append(
            [
                console.when(move.at),
                move.get_kind_display(),
                *where,
                *figures,
                cause,
                move.reason,
                move.actor or "",
            ]
        )
    return rows


def movement_panel(rows: list[list[object]], address: str, *, with_location: bool) -> console.Panel:
    where = ["Where"] if with_location else []
    first = 2 + len(where)
    return console.Panel(
        "Which movements made it",
        ["When", "What", *where, "On hand", "Reserved", "Allocated", "For", "Reason", "By"],
        rows,
        note=console.link(address, "All movements"),
        empty="Nothing has moved yet.",
        numbers=frozenset(range(first, first + 3)),
    )


def promise_rows(rule: Q) -> list[list[object]]:
    """Open reservations, those that end first on top, and then the oldest allocations."""
    holds = Reservation.objects.open().filter(rule).select_related("location").order_by("expires_at")
    owed = Allocation.objects.open().filter(rule).select_related("location").order_by("pk")
    return [
        ["reserved", row.quantity, row.location, console.reference_link(row.reference), _until(row)]
        for row in holds[:MOST_PROMISES]
    ] + [
        [
            "allocated",
            row.quantity,
            row.location,
            console.reference_link(row.reference),
            "until it is shipped",
        ]
        for row in owed[:MOST_PROMISES]
    ]


def _until(hold: Reservation) -> str:
    return f"until {console.when(hold.expires_at)}"


def promise_panel(rule: Q) -> console.Panel:
    return console.Panel(
        "Which orders and checkouts hold it",
        ["What", "Pieces", "Where", "For", "How long"],
        promise_rows(rule),
        empty="Nobody: all of it is free.",
        numbers=frozenset({1}),
    )


# --- levels -----------------------------------------------------------------------------------------
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


# --- items ------------------------------------------------------------------------------------------
def with_free_sum(items: QuerySet) -> QuerySet:
    """Add `free_sum`, over the places that feed the shop, and `threshold_now` to each item."""
    free = F("levels__on_hand") - F("levels__reserved") - F("levels__allocated")
    feeds_shop = Q(levels__location__is_sellable=True)
    return items.annotate(free_sum=Coalesce(Sum(free, filter=feeds_shop), 0), threshold_now=threshold_of())


OUT = Q(free_sum__lte=0, levels__isnull=False)


def items_out() -> QuerySet[StockItem]:
    """Items that lay somewhere once, and of which nothing is left to sell."""
    return with_free_sum(StockItem.objects.all()).filter(OUT)


class StandingFilter(admin.SimpleListFilter):
    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("low", "low or out"), ("out", "out of stock")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "low":
            return queryset.filter(free_sum__lte=F("threshold_now"), levels__isnull=False)
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


# --- movements and places ---------------------------------------------------------------------------
@admin.register(StockMovement)
class StockMovementDesk(console.ReadOnlyDesk):
    """The ledger of the shelf: every line says what changed and what it was after that."""

    exports = ("movements",)
    list_display = ("at", "kind", "item", "location", *FIGURE_COLUMNS, "cause", "reason", "actor")
    list_display_links = ("at",)
    list_select_related = ("item", "location", "actor")
    list_filter = ("kind", ("at", admin.DateFieldListFilter), "location")
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
    "items are out of stock",
    items_out,
    at="admin:inventory_stockitem_changelist",
    query="standing=out",
    permission="inventory.view_stockitem",
)
console.todo(
    "shelves are low or empty",
    low_levels,
    at="admin:inventory_stocklevel_changelist",
    query="shelf=low",
    permission="inventory.view_stocklevel",
    urgency=console.LATER,
)
