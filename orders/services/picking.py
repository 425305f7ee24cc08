"""What to take from which shelf for which order: the facts behind pick lists and packing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from inventory import services as inventory
from inventory.models import Location, StockItem
from orders.models import Order, OrderLine
from orders.services.shipping import pieces_to_ship, why_not_pack

MOST_ORDERS = 200


@dataclass(frozen=True)
class Take:
    """So many pieces of one thing, to be taken from one place for one order."""

    order: Order
    line: OrderLine
    location: Location
    pieces: int
    code: str
    """What a reader finds on the thing: its barcode, else its SKU."""

    @property
    def sku(self) -> str:
        return self.line.sku

    @property
    def name(self) -> str:
        return f"{self.line.name} ({self.line.label})" if self.line.label else self.line.name


@dataclass(frozen=True)
class Heap:
    """All that is taken of one thing from one place."""

    location: Location
    takes: Sequence[Take]

    @property
    def first(self) -> Take:
        return self.takes[0]

    @property
    def pieces(self) -> int:
        return sum(take.pieces for take in self.takes)


@dataclass(frozen=True)
class PickList:
    """What to take for some orders, by place and SKU; and which of them were left out, and why."""

    takes: Sequence[Take]
    heaps: Sequence[Heap]
    left_out: Sequence[tuple[Order, str]]

    @property
    def orders(self) -> list[Order]:
        """The orders on the list, in the order in which they were placed."""
        return sorted({take.order for take in self.takes}, key=lambda order: order.pk)

    @property
    def pieces(self) -> int:
        return sum(take.pieces for take in self.takes)

    @property
    def by_place(self) -> list[tuple[Location, list[Heap]]]:
        places: dict[Location, list[Heap]] = defaultdict(list)
        for heap in self.heaps:
            places[heap.location].append(heap)
        return list(places.items())

    @property
    def by_order(self) -> list[tuple[Order, list[Take]]]:
        of_order: dict[Order, list[Take]] = defaultdict(list)
        for take in self.takes:
            of_order[take.order].append(take)
        return [(order, of_order[order]) for order in self.orders]


def pick_list(orders: QuerySet[Order]) -> PickList:
    """Say what to take from where for these orders; six queries, however many orders there are, two more if some wait.

    What is not on the shelf yet is not on the list, and what lies there is for the oldest orders; an order of which
    nothing can be packed is left out.
    """
    found = list(orders.order_by("pk").prefetch_related("lines", "holds"))
    left_out = [(order, why) for order in found if (why := why_not_pack(order))]
    known = {order.pk for order, _ in left_out}
    lines = [
        line for order in found if order.pk not in known for line in order.lines.all() if pieces_to_ship(line)
    ]
    promised = inventory.promised_at([line.reference for line in lines])
    waits = inventory.waits_of([line.reference for line in lines])
    codes = codes_of({line.sku for line in lines})
    takes = [
        Take(line.order, line, lying.location, there, codes.get(line.sku, line.sku))
        for line in lines
        for lying in promised[line.reference]
        if (there := lying.pieces - _waits_at(lying.location, waits.get(line.reference, ())))
    ]
    left_out += [
        (line.order, _("%(pieces)s of %(sku)s wait for goods.") % {"pieces": pieces, "sku": line.sku})
        for line in lines
        if (pieces := sum(wait.pieces for wait in waits.get(line.reference, ())))
    ]
    takes.sort(key=lambda take: (_place(take.location), take.sku, take.order.pk))
    return PickList(takes, _heaps(takes), left_out)


def _waits_at(location: Location, waits: Iterable[inventory.Wait]) -> int:
    return sum(wait.pieces for wait in waits if wait.location == location.pk)


def codes_of(skus: Iterable[str]) -> dict[str, str]:
    """What a reader finds on each thing: its barcode, or its SKU where it has none; one query."""
    rows = StockItem.objects.filter(sku__in=list(skus)).values_list("sku", "barcode")
    return {sku: barcode or sku for sku, barcode in rows}


def _place(location: Location) -> tuple[int, int]:
    return location.priority, location.pk


def _heaps(takes: Iterable[Take]) -> list[Heap]:
    heaps: dict[tuple[Location, str], list[Take]] = defaultdict(list)
    for take in takes:
        heaps[take.location, take.sku].append(take)
    return [Heap(location, several) for (location, _), several in heaps.items()]
