"""Pick: an order, then its things one by one, then the tracking number; then it is on its way."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest

from config import console
from inventory import services as inventory
from inventory.models import Location, StockItem
from orders import services as orders
from orders.models import Fulfilment, Order, OrderLine
from payments import services
from payments.scan.answers import Answer, bad, good, hint
from payments.scan.codes import Carrier, Command, Known, carriers, quantity_of
from payments.scan.tray import Tray

ROUTE, PERMISSION = "scan/pick/", "orders.add_fulfilment"
FIRST = "Scan the barcode of an order."


@dataclass(frozen=True)
class Row:
    """One line of the order on the screen: how many to pick, how many are, and where they lie."""

    line: OrderLine
    wanted: int
    got: int
    lies: str
    taken: str

    @property
    def is_done(self) -> bool:
        return self.got >= self.wanted


def take(request: HttpRequest, tray: Tray, text: str, known: Known | Carrier | None) -> Answer:
    order = Order.objects.filter(number=tray.about).first() if tray.about else None
    if isinstance(known, Order):
        return _open(tray, known, order)
    if order is None:
        return (bad if text.strip() else hint)(tray.begin(), FIRST)
    if isinstance(known, Command):
        return _obey(request, tray, order, known.name)
    if tray.step == "track":
        return _track(request, tray, order, text, known)
    if isinstance(known, StockItem):
        return _pick(tray, order, known)
    if isinstance(known, Location):
        return _from(tray, known)
    return _type(tray, order, text)


def _open(tray: Tray, order: Order, before: Order | None) -> Answer:
    if before == order:
        return hint(tray, f"{order} is open already.")
    if tray.got:
        return bad(
            tray, f"{before} is open and {tray.pieces} pieces are picked. Ship them first, or begin again."
        )
    if why := services.why_not_ship(order):
        return bad(tray.begin(), f"{order}: {why}")
    return good(tray.begin(order.number), f"{order}: {_left(order, tray.begin())} to pick.")


def _left(order: Order, tray: Tray) -> str:
    left = sum(row.wanted - row.got for row in rows_of(order, tray))
    return f"{left} piece{'' if left == 1 else 's'}"


def rows_of(order: Order, tray: Tray) -> list[Row]:
    """What is to be picked of an order, with what is on the tray; three queries."""
    lines = [line for line in order.lines.all() if orders.pieces_to_ship(line)]
    promised = inventory.promised_at([line.reference for line in lines])
    places = dict(Location.objects.filter(code__in=set(tray.taken.values())).values_list("code", "name"))
    return [
        Row(
            line,
            orders.pieces_to_ship(line),
            tray.got.get(line.sku, 0),
            ", ".join(map(str, promised[line.reference])),
            places.get(tray.taken.get(line.sku, ""), ""),
        )
        for line in lines
    ]


# --- things -----------------------------------------------------------------------------------------
def _pick(tray: Tray, order: Order, item: StockItem, count: int | None = None) -> Answer:
    """One piece more, or so many in all."""
    row = next((row for row in rows_of(order, tray) if row.line.sku == item.sku), None)
    if row is None:
        return bad(tray, f"{item.sku} does not belong to {order}. Put it back.")
    wanted = row.got + 1 if count is None else count
    if wanted > row.wanted:
        return bad(tray, f"{item.sku}: {row.wanted} are to be picked, not {wanted}. Put it back.")
    after = tray.put(item.sku, wanted) if wanted else tray.without(item.sku)
    if tray.place and wanted:
        after = replace(after, taken={**after.taken, item.sku: tray.place})
    if all(each.is_done for each in rows_of(order, after)):
        return good(after, "All picked. Enter goes on to the tracking number.")
    return good(after, f"{item.sku}: {wanted} of {row.wanted}. {_left(order, after)} left.")


def _from(tray: Tray, place: Location) -> Answer:
    """From here on things are taken from this place; the same place again, and they are taken from where they lie."""
    if tray.place == place.code:
        return good(replace(tray, place=""), "Taken from where they lie, again.")
    if not place.is_sellable:
        return bad(tray, f"Nothing is sent from {place}.")
    return good(replace(tray, place=place.code), f"What is scanned now is taken from {place}.")


def _type(tray: Tray, order: Order, text: str) -> Answer:
    """A number typed after a thing, or Enter alone."""
    count = quantity_of(text)
    if count is not None and tray.last:
        return _pick(tray, order, StockItem(sku=tray.last), count)
    if text.strip():
        return bad(tray, "Scan a thing first, then type how many.")
    if tray.got and all(row.is_done for row in rows_of(order, tray)):
        return _obey_ship(tray, order)
    return hint(tray, f"{_left(order, tray)} left to pick of {order}.")


# --- commands ---------------------------------------------------------------------------------------
def _obey(request: HttpRequest, tray: Tray, order: Order, command: str) -> Answer:
    if command == "clear":
        return hint(tray.begin(), f"{order} is put aside; nothing was booked. {FIRST}")
    if command == "undo" and tray.last:
        left = tray.got[tray.last] - 1
        after = tray.put(tray.last, left) if left else tray.without(tray.last)
        return hint(replace(after, step=""), f"{tray.last}: one put back.")
    if command in {"ship", "done"}:
        return _obey_ship(tray, order)
    if command == "untracked" and tray.got:
        return _ship(request, tray, order, tracking="")
    return bad(tray, "There is nothing to do that with.")


def _obey_ship(tray: Tray, order: Order) -> Answer:
    """Ask for the tracking number. The command scanned twice asks twice, and ships nothing."""
    if not tray.got:
        return bad(tray, "Nothing is picked yet.")
    part = "" if all(row.is_done for row in rows_of(order, tray)) else "Only a part is picked. "
    return hint(replace(tray, step="track"), f"{part}Now scan the tracking number of the parcel.")


def _track(request: HttpRequest, tray: Tray, order: Order, text: str, known: object) -> Answer:
    word = text.strip()
    if known is not None:
        return bad(tray, f"{word} is no tracking number. Scan the parcel’s label.")
    if not word:
        return hint(tray, "Scan the tracking number, or choose to ship without one.")
    return _ship(request, tray, order, tracking=word)


def _ship(request: HttpRequest, tray: Tray, order: Order, *, tracking: str) -> Answer:
    """Send what is on the tray. Its key makes one parcel of it, however often it is sent."""
    lines = {line.sku: line.position for line in order.lines.all()}
    pieces = {lines[sku]: count for sku, count in tray.got.items() if sku in lines}
    known = {place.code: place for place in Location.objects.filter(code__in=set(tray.taken.values()))}
    places = {lines[sku]: known[code] for sku, code in tray.taken.items() if sku in lines and code in known}
    key = f"scan {tray.key}"
    is_new = not Fulfilment.objects.filter(key=key).exists()
    before: dict[str, object] = {"fulfilment": order.fulfilment_state, "payment": order.payment_state}
    try:
        parcel = services.ship_order(
            order,
            pieces,
            key=key,
            carrier=tray.carrier,
            tracking_number=tracking,
            places=places,
            by=console.actor(request),
        )
    except services.PaymentError as error:
        return bad(tray, str(error))
    if is_new:
        _trace(request, order, pieces, before)
    sent = sum(line.quantity for line in parcel.lines.all())
    words = f"{order} is on its way as shipment {parcel.pk}: {sent} piece{'' if sent == 1 else 's'}. {FIRST}"
    return good(tray.begin(), words)


def _trace(request: HttpRequest, order: Order, pieces: Mapping[int, int], before: dict[str, object]) -> None:
    order.refresh_from_db()
    after = {"fulfilment": order.fulfilment_state, "payment": order.payment_state, "pieces": pieces}
    console.audit(request.user, "ship order", f"order {order.number}", row=order, before=before, after=after)


def show(request: HttpRequest, tray: Tray) -> dict[str, Any]:
    order = Order.objects.filter(number=tray.about).first() if tray.about else None
    if order is None:
        return {}
    rows = rows_of(order, tray)
    return {
        "order": order,
        "why_not": services.why_not_ship(order),
        "rows": sorted(rows, key=lambda row: (row.is_done, row.line.sku != tray.last)),
        "got": sum(row.got for row in rows),
        "wanted": sum(row.wanted for row in rows),
        "is_all": bool(rows) and all(row.is_done for row in rows),
        "is_tracking": tray.step == "track",
        "from_place": Location.objects.filter(code=tray.place).first() if tray.place else None,
        "carriers": carriers(),
    }
