"""What a deficit means to orders, on the pages of the stock: which of them are held."""

from django.db.models import QuerySet

from config import console
from inventory.models import StockAlert, StockItem, StockLevel
from orders.models import OrderHold

MOST_HELD = 50


def held_for(item: StockItem) -> QuerySet[OrderHold]:
    """The holds of orders that have something of the item, the oldest order first."""
    holds = OrderHold.objects.open().filter(kind=OrderHold.Kind.STOCK_SHORT, order__lines__sku=item.sku)
    return holds.select_related("order").order_by("order_id")


def held_panel(item: StockItem) -> console.Panel | None:
    """Which orders are held because something of them is short; nothing if none is."""
    rows = [
        [
            console.change_link(hold.order),
            console.when(hold.order.placed_at),
            console.when(hold.placed_at),
            hold.why,
        ]
        for hold in held_for(item)[:MOST_HELD]
    ]
    if not rows:
        return None
    return console.Panel(
        "Orders that are held",
        ["Order", "Placed", "Held since", "Why"],
        rows,
        note="They go again by themselves, the first of them first, when goods come or an older order is cancelled.",
    )


@console.panel(StockItem, permission="orders.view_order")
def held_of_item(item: StockItem) -> console.Panel | None:
    return held_panel(item)


@console.panel(StockLevel, permission="orders.view_order")
def held_of_level(level: StockLevel) -> console.Panel | None:
    return held_panel(level.item)


@console.panel(StockAlert, permission="orders.view_order")
def held_of_alert(alert: StockAlert) -> console.Panel | None:
    return held_panel(alert.item)
