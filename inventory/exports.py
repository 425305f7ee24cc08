"""Stock and its movements as files."""

from collections.abc import Iterator

from django.db.models import QuerySet

from config import exports
from inventory.models import StockLevel, StockMovement

_LEVEL = ["item__sku", "item__label", "item__barcode", "location__code", "on_hand", "reserved", "allocated"]


def level_rows(levels: QuerySet[StockLevel]) -> Iterator[exports.Cells]:
    chosen = StockLevel.objects.filter(pk__in=levels.order_by().values("pk"))
    for row in exports.read(chosen.order_by("item__sku", "location__code").values_list(*_LEVEL)):
        *_, on_hand, reserved, allocated = row
        yield [*row, on_hand - reserved - allocated]


exports.register(
    exports.Export(
        "stock",
        "Stock",
        "inventory.export_stocklevel",
        ["SKU", "What", "Barcode", "Where", "On hand", "Reserved", "Allocated", "Available"],
        level_rows,
        StockLevel.objects.all,
    )
)

_MOVEMENT = [
    "pk",
    "at",
    "kind",
    "item__sku",
    "location__code",
    "on_hand_delta",
    "reserved_delta",
    "allocated_delta",
    "on_hand_after",
    "reserved_after",
    "allocated_after",
    "reference",
    "reason",
    "actor__email",
]


def movement_rows(movements: QuerySet[StockMovement]) -> Iterator[exports.Cells]:
    chosen = StockMovement.objects.filter(pk__in=movements.order_by().values("pk")).order_by("pk")
    for number, at, *facts in exports.read(chosen.values_list(*_MOVEMENT)):
        yield [number, exports.moment(at), *facts]


exports.register(
    exports.Export(
        "movements",
        "Stock movements",
        "inventory.export_stockmovement",
        [
            *("Number", "At", "Kind", "SKU", "Where", "On hand ±", "Reserved ±", "Allocated ±", "On hand"),
            *("Reserved", "Allocated", "For", "Reason", "By"),
        ],
        movement_rows,
        StockMovement.objects.all,
        moment="at",
    )
)
