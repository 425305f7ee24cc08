"""Orders that wait for goods: what of them lies on the shelf, and who is held when more is promised than will do."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from inventory import services as inventory
from orders.models import Order, OrderHold, OrderLine
from orders.models.order import number_in
from orders.services.holding import hold, lift

Kind = OrderHold.Kind
# What an order's page shows of the things in it, as they are today.
THINGS = (
    "variant__product__slug",
    "variant__product__image_url",
    "variant__product__is_active",
    "variant__stock_item__expected_on",
)


# --- what lies there --------------------------------------------------------------------------------
def waits_by_line(order: Order, lines: Iterable[OrderLine] | None = None) -> dict[int, int]:
    """How many pieces of which line (by position) do not lie on the shelf yet; one query if all do.

    What lies there is for the oldest orders first. Reads `order.lines`, unless the caller has loaded them.
    """
    wanted = order.lines.all() if lines is None else lines
    positions = {line_of(order, line): line.position for line in wanted}
    found = inventory.waits_of(positions)
    return {positions[reference]: sum(wait.pieces for wait in waits) for reference, waits in found.items()}


def lines_with_waits(order: Order) -> QuerySet[Any]:
    """The lines of an order with what they are about, and `may_wait`: whether some shelf has less than is promised."""
    return _lines_with_waits().filter(order=order)


@cache
def _lines_with_waits() -> QuerySet[Any]:
    """Those of all orders, to be filtered. The query is built once."""
    short = inventory.short_levels().filter(item=OuterRef("variant__stock_item"))
    own = (field.attname for field in OrderLine._meta.concrete_fields)
    lines = OrderLine.objects.select_related("variant__product", "variant__stock_item").only(*own, *THINGS)
    return lines.annotate(may_wait=Exists(short))


def line_of(order: Order, line: OrderLine) -> str:
    """The line's name in the stock ledger, without asking for its order again."""
    line.order = order
    return line.reference


def why_nothing_there(order: Order) -> str:
    """Why nothing of the order can be taken from the shelf, in a sentence; empty if something lies there."""
    waits = waits_by_line(order)
    if not waits:
        return ""
    lines = order.lines.all()
    open_now = sum(line.quantity - line.cancelled - line.shipped - line.short for line in lines)
    return _("All that is left of it waits for goods.") if open_now <= sum(waits.values()) else ""


# --- who is held ------------------------------------------------------------------------------------
def follow_shortage(item: int) -> int:
    """Hold the newest orders of an item (a primary key) that is promised too often, let go whom it is there for again.

    As many are held as the deficit needs, and let go in the order in which they were placed; safe to run again.
    Returns how many orders changed. Orders are let go after those that were held are written, and one by one, so that
    they are never locked out of their order.
    """
    return _hold_short(item) + release_held()


@transaction.atomic
def _hold_short(item: int) -> int:
    """Hold the orders that the deficit hits, one at a time per item, so that what was read is still so."""
    inventory.lock_item(item)
    short = {wait.reference: wait for wait in inventory.waiting([item]) if wait.beyond}
    missing: dict[str, int] = {}
    for reference, wait in short.items():
        number = number_in(reference)
        missing[number] = missing.get(number, 0) + wait.beyond
    sku = inventory.sku_of(item)
    found = Order.objects.filter(number__in=missing, state=Order.State.PLACED).order_by("pk")
    return sum(_hold(order, f"{missing[order.number]} of {sku} are missing.") for order in found)


def _hold(order: Order, why: str) -> int:
    """Hold the order unless it is held for this already; each time it is held anew has a key of its own."""
    Order.objects.select_for_update().get(pk=order.pk)  # nobody lifts its hold while we look for one
    before = OrderHold.objects.filter(order=order, kind=Kind.STOCK_SHORT)
    if before.open().exists():
        return 0
    hold(order, Kind.STOCK_SHORT, why=why, key=f"stock short {order.number} {before.count() + 1}")
    return 1


def release_held() -> int:
    """Lift the holds of orders of which nothing is missing any more, the oldest first; returns how many."""
    holds = list(
        OrderHold.objects.open()
        .filter(kind=Kind.STOCK_SHORT)
        .select_related("order")
        .prefetch_related("order__lines")
        .order_by("order_id", "pk")
    )
    short = _short_orders(row.order for row in holds)
    return sum(_let_go(row) for row in holds if row.order_id not in short)


@transaction.atomic
def _let_go(row: OrderHold) -> bool:
    """Lift the hold if still nothing is missing, asked while nobody else can hold the order."""
    order = Order.objects.select_for_update().get(pk=row.order_id)
    return not _short_orders([order]) and lift(row)


def _short_orders(orders: Iterable[Order]) -> set[int]:
    lines = {line_of(order, line): order.pk for order in orders for line in order.lines.all()}
    found = inventory.waits_of(lines)
    return {lines[reference] for reference, waits in found.items() if any(wait.beyond for wait in waits)}
