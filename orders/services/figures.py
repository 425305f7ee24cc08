"""What was sold, as figures over a stretch of time.

An order counts on the day it was placed, with its total: goods, delivery and tax. What was credited of it since,
because pieces were cancelled or money went back, is taken off that same day. Orders that were cancelled whole, or whose
payment was released or lapsed, count nowhere.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Trunc

from config.period import Period, on_the_wall
from inventory.models import StockItem, StockLevel
from orders.models import FulfilmentLine, InvoiceBalance, Order, OrderLine


def sold(path: str = "") -> Q:
    """Orders that count as sold; `path` leads to the order, such as "order__"."""
    lost = Q(**{f"{path}state": Order.State.CANCELLED}) | Q(**{f"{path}payment_state__in": Order.GIVEN_UP})
    return ~lost


def within(period: Period, path: str) -> Q:
    return Q(**{f"{path}__gte": period.start, f"{path}__lt": period.end})


@dataclass(frozen=True)
class Sales:
    """Orders, their totals, and what was credited of them, in minor units."""

    orders: int = 0
    total: int = 0
    credited: int = 0

    @property
    def net(self) -> int:
        return self.total - self.credited

    @property
    def average(self) -> int:
        return self.net // self.orders if self.orders else 0


def _orders(period: Period) -> QuerySet[Order]:
    return Order.objects.filter(sold(), within(period, "placed_at")).order_by()


def _credits(period: Period) -> QuerySet[InvoiceBalance]:
    rule = sold("invoice__order__") & within(period, "invoice__order__placed_at")
    return InvoiceBalance.objects.filter(rule, credited__gt=0).order_by()


def sales(period: Period) -> Sales:
    """What was sold in all of it; two queries."""
    placed = _orders(period).aggregate(orders=Count("pk"), total=Sum("total"))
    credited = _credits(period).aggregate(sum=Sum("credited"))["sum"]
    return Sales(placed["orders"], placed["total"] or 0, credited or 0)


def sales_by_step(period: Period) -> dict[datetime, Sales]:
    """What was sold in each step of it, by its beginning on the shop's clock; two queries."""
    placed = (
        _orders(period)
        .annotate(step=Trunc("placed_at", period.step))
        .values("step")
        .annotate(orders=Count("pk"), sum=Sum("total"))
    )
    credited = _by_step(_credits(period), period, "invoice__order__placed_at", "credited")
    rows = {on_the_wall(row["step"]): row for row in placed}
    return {
        step: Sales(row["orders"], row["sum"], credited.get(step, 0)) if (row := rows.get(step)) else Sales()
        for step in period.steps()
    }


def _by_step(rows: QuerySet, period: Period, moment: str, figure: str) -> dict[datetime, int]:
    summed = rows.annotate(step=Trunc(moment, period.step)).values("step").annotate(sum=Sum(figure))
    return {on_the_wall(row["step"]): row["sum"] for row in summed}


@dataclass(frozen=True)
class Seller:
    """One SKU, the pieces that stayed sold, and what they came to, tax included."""

    sku: str
    name: str
    pieces: int
    value: int


def best_sellers(period: Period, most: int = 10) -> list[Seller]:
    """What sold best, by pieces that were neither cancelled nor sent back; two queries.

    What was sent in exchange is worth what was paid for that which it replaces.
    """
    kept = F("quantity") - F("cancelled") - F("returned")
    paid = Coalesce("replaces__gross", "gross") * kept / Coalesce("replaces__quantity", "quantity")
    rows = list(
        OrderLine.objects.filter(sold("order__"), within(period, "order__placed_at"))
        .order_by()
        .values("sku")
        .annotate(pieces=Sum(kept), value=Sum(paid))
        .filter(pieces__gt=0)
        .order_by("-pieces", "sku")[:most]
    )
    names = dict(StockItem.objects.filter(sku__in=[row["sku"] for row in rows]).values_list("sku", "label"))
    return [Seller(row["sku"], names.get(row["sku"], ""), row["pieces"], row["value"]) for row in rows]


@dataclass(frozen=True)
class StockValue:
    """What lies on the shelves, in pieces and in minor units at the prices of now."""

    pieces: int
    value: int
    promised: int
    promised_value: int


def stock_value() -> StockValue:
    """What the shelves hold at today's prices: the shop keeps none that it paid itself. One query."""
    owed = F("reserved") + F("allocated")
    price = F("item__variant__price")
    sums = StockLevel.objects.order_by().aggregate(
        pieces=Sum("on_hand"),
        value=Sum(F("on_hand") * price),
        promised=Sum(owed),
        promised_value=Sum(owed * price),
    )
    return StockValue(**{name: figure or 0 for name, figure in sums.items()})


def shipped_by_step(period: Period) -> dict[datetime, int]:
    """Pieces that left the house in each step; one query."""
    sent = FulfilmentLine.objects.filter(within(period, "fulfilment__shipped_at")).order_by()
    found = _by_step(sent, period, "fulfilment__shipped_at", "quantity")
    return {step: found.get(step, 0) for step in period.steps()}
