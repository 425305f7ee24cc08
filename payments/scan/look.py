"""Look up: where a thing lies, how much of it is free and who holds the rest; where an order stands."""

from typing import Any

from django.db.models import Sum
from django.http import HttpRequest

from config import console
from inventory import services as inventory
from inventory.models import AVAILABLE, Allocation, Location, Receipt, Reservation, StockCount, StockItem
from orders import services as orders
from orders.models import Order
from payments import services
from payments.scan.answers import Answer, bad, good, hint
from payments.scan.codes import Known, Unclear, read
from payments.scan.tray import Tray

ROUTE, PERMISSION = "scan/", "inventory.view_stocklevel"
SEES_ORDERS = "orders.view_order"
MOST_HOLDERS, MOST_LEVELS = 30, 100


def take(request: HttpRequest, tray: Tray, text: str, known: Known | None) -> Answer:
    empty = Tray(place=tray.place, carrier=tray.carrier)
    if isinstance(known, StockItem):
        return good(_about(empty, known.sku), str(known))
    if isinstance(known, Order):
        if not request.user.has_perm(SEES_ORDERS):
            return bad(empty, "Orders are not yours to see.")
        return good(_about(empty, known.number), f"Order {known.number}")
    if isinstance(known, Location):
        return good(_about(empty, known.code), str(known))
    if isinstance(known, Receipt):
        return good(
            _about(empty, known.number), f"{known}: {known.get_state_display()}. F8 receives against it."
        )
    if isinstance(known, StockCount):
        return good(_about(empty, known.number), f"{known}: {known.get_state_display()}. F9 counts for it.")
    return hint(empty, "Scan a thing, an order or a place.")


def _about(tray: Tray, word: str) -> Tray:
    return Tray(about=word, place=tray.place, carrier=tray.carrier)


def show(request: HttpRequest, tray: Tray) -> dict[str, Any]:
    try:
        known = read(tray.about) if tray.about else None
    except Unclear:
        return {}
    if isinstance(known, StockItem):
        return _item(known, request.user.has_perm(SEES_ORDERS))
    if isinstance(known, Order) and request.user.has_perm(SEES_ORDERS):
        return _order(known)
    if isinstance(known, Location):
        levels = known.levels.filter(on_hand__gt=0).select_related("item").annotate(free=AVAILABLE)
        return {"place": known, "place_levels": levels.order_by("item__sku")[:MOST_LEVELS]}
    return {}


def _item(item: StockItem, sees_orders: bool) -> dict[str, Any]:
    levels = list(
        item.levels.select_related("location").annotate(free=AVAILABLE).order_by("location__priority", "pk")
    )
    owed = Allocation.objects.open().filter(item=item)
    holders = owed.select_related("location").order_by("pk")[: MOST_HOLDERS + 1] if sees_orders else []
    in_carts = Reservation.objects.open().filter(item=item).aggregate(pieces=Sum("quantity"))["pieces"] or 0
    rows = [(row, console.reference_link(row.reference)) for row in holders]
    return {
        "item": item,
        "levels": levels,
        "on_hand": sum(level.on_hand for level in levels),
        "free": sum(level.free for level in levels if level.location.is_sellable),
        "in_carts": in_carts,
        "holders": rows[:MOST_HOLDERS],
        "more_holders": len(rows) > MOST_HOLDERS,
    }


def _order(order: Order) -> dict[str, Any]:
    lines = list(order.lines.all())
    promised = inventory.promised_at([line.reference for line in lines])
    return {
        "order": order,
        "why_not": services.why_not_ship(order),
        "order_lines": [
            (line, orders.pieces_to_ship(line), ", ".join(map(str, promised[line.reference])))
            for line in lines
        ],
        "parcels": order.fulfilments.all(),
    }
