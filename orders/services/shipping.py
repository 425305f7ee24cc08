"""Sending goods: pieces leave the shelf that were promised to the order, in one parcel or several."""

from collections.abc import Container, Iterable, Mapping

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from inventory import services as inventory
from inventory.models import Location
from orders.carriers import tracking_address
from orders.models import Fulfilment, FulfilmentLine, Order, OrderEvent, OrderLine
from orders.services.backorders import waits_by_line
from orders.services.errors import OrderError
from orders.services.holding import why_held
from orders.tasks import send_shipped


class CannotShip(OrderError):
    """The order, or so much of it, cannot be sent; the message says why."""


COVERED = {
    Order.PaymentState.PART_CAPTURED,
    Order.PaymentState.CAPTURED,
    Order.PaymentState.PART_REFUNDED,
}
# Its money is held and is settled when the parcel leaves: it may be packed.
PACKABLE = {*COVERED, Order.PaymentState.AUTHORISED}


def pieces_to_ship(line: OrderLine) -> int:
    """How many pieces of a line wait to be sent; `backorders.waits_by_line` knows which of them are not there yet."""
    return line.quantity - line.cancelled - line.shipped - line.short


def why_not_pack(order: Order) -> str:
    """Why nobody should take its goods from the shelf now, in a sentence; empty if something waits to be packed.

    Asks no more of the database if `lines` and `holds` are loaded.
    """
    return _why_not(order, PACKABLE)


def why_not_ship(order: Order) -> str:
    """Why nothing of the order can be sent now, in a sentence; empty if something can."""
    return _why_not(order, COVERED)


def _why_not(order: Order, covered: Container[str]) -> str:
    if order.state == Order.State.CANCELLED:
        return _("The order is cancelled.")
    if why := why_held(order):
        return why
    if order.waits_at_counter:
        return _("It is paid at the counter: take the payment first, then hand it over.")
    if order.payment_state not in covered:
        return _("The payment is %(state)s; goods leave the house when it is settled.") % {
            "state": order.get_payment_state_display()
        }
    if not any(pieces_to_ship(line) for line in order.lines.all()):
        return _("Nothing of it waits to be sent.")
    return ""


def why_not_send(
    order: Order,
    pieces: Mapping[int, int],
    places: Mapping[int, Location],
    lines: Iterable[OrderLine] | None = None,
) -> str:
    """Why no parcel of `pieces` (position: how many) can leave the shelf, in a sentence; empty if it can.

    `places` as for `ship`. Asks for the lines anew, unless the caller has loaded them.
    """
    known = {line.position: line for line in (order.lines.order_by("position") if lines is None else lines)}
    wanted = {position: count for position, count in pieces.items() if count}
    if not wanted:
        return _("Choose what to send.")
    if any(at not in known or not 1 <= count <= pieces_to_ship(known[at]) for at, count in wanted.items()):
        return _("Not so many pieces wait to be sent.")
    waits = waits_by_line(order, known.values())
    reasons = (
        _why_not_from(known[at], count, places[at])
        if at in places
        else _why_not_there(known[at], count, waits.get(at, 0))
        for at, count in sorted(wanted.items())
    )
    return next(filter(None, reasons), "")


def _why_not_from(line: OrderLine, count: int, place: Location) -> str:
    why = inventory.why_not_from(line.reference, count, place)
    return f"{line.sku}: {why}" if why else ""


def _why_not_there(line: OrderLine, count: int, waits: int) -> str:
    there = pieces_to_ship(line) - waits
    if count <= there:
        return ""
    return _("%(sku)s: %(there)s pieces lie on the shelf for this order; %(waits)s wait for goods.") % {
        "sku": line.sku,
        "there": there,
        "waits": waits,
    }


@transaction.atomic
def ship(
    order: Order,
    pieces: Mapping[int, int],
    *,
    key: str,
    carrier: str = "",
    tracking_number: str = "",
    tracking_url: str = "",
    places: Mapping[int, Location] | None = None,
    by: User | None = None,
) -> Fulfilment:
    """Send `pieces` (position: how many) in one parcel and let the customer know; the same `key` sends once.

    They leave the places where they are promised; `places` (position: where) names another one that has them free.
    Needs a settled payment. Locks the order, then its lines, then stock. Raises CannotShip.
    """
    order = Order.objects.select_for_update().get(pk=order.pk)
    if sent := Fulfilment.objects.filter(key=key).first():
        return sent
    if why := why_not_ship(order):
        raise CannotShip(why)
    lines = {line.position: line for line in order.lines.select_for_update()}
    inventory.lock_levels(line.reference for line in lines.values())
    if why := why_not_send(order, pieces, places or {}, lines.values()):
        raise CannotShip(why)
    wanted = {position: count for position, count in pieces.items() if count}
    parcel = Fulfilment.objects.create(
        order=order,
        carrier=carrier,
        tracking_number=tracking_number,
        tracking_url=tracking_url or tracking_address(carrier, tracking_number),
        shipped_by=by,
        key=key,
    )
    for position, count in sorted(wanted.items()):
        _ship_line(parcel, lines[position], count, (places or {}).get(position), by)
    _note(order, parcel, sum(wanted.values()), by)
    send_shipped.enqueue(parcel.pk)
    return parcel


def _ship_line(
    parcel: Fulfilment, line: OrderLine, count: int, place: Location | None, by: User | None
) -> None:
    waiting = OrderLine.objects.filter(
        pk=line.pk, quantity__gte=F("cancelled") + F("shipped") + F("short") + count
    )
    if not waiting.update(shipped=F("shipped") + count):
        raise CannotShip(_("Not so many pieces wait to be sent."))
    FulfilmentLine.objects.create(fulfilment=parcel, line=line, quantity=count)
    cause = f"fulfilment {parcel.pk}"
    try:
        if place:
            inventory.promise_from(line.reference, count, location=place, cause=cause, by=by)
        inventory.ship(line.reference, count, cause=cause, location=place, by=by)
    except inventory.InventoryError as error:
        raise CannotShip(str(error)) from error


# By whether the carrier is known, and whether it is one piece.
_SHIPPED = {
    (True, True): gettext_noop("Shipped with %(carrier)s: one piece."),
    (True, False): gettext_noop("Shipped with %(carrier)s: %(count)s pieces."),
    (False, True): gettext_noop("Shipped: one piece."),
    (False, False): gettext_noop("Shipped: %(count)s pieces."),
}


def _note(order: Order, parcel: Fulfilment, count: int, by: User | None) -> None:
    left = order.lines.filter(quantity__gt=F("cancelled") + F("shipped")).exists()
    state = Order.FulfilmentState.PARTIAL if left else Order.FulfilmentState.SHIPPED
    Order.objects.filter(pk=order.pk).update(fulfilment_state=state)
    words = _SHIPPED[bool(parcel.carrier), count == 1]
    details = {"carrier": parcel.carrier, "count": count}
    key = f"shipped {parcel.pk} {order.number}"
    OrderEvent.objects.create(order=order, key=key, actor=by, words=words, details=details)


def reopen_for_shipping(order: Order, *, key: str, by: User | None = None) -> None:
    """Note that something of an order waits to be sent again, as a replacement; its order is locked."""
    parts = Order.FulfilmentState.PARTIAL
    Order.objects.filter(pk=order.pk).update(fulfilment_state=parts)
    OrderEvent.objects.create(
        order=order,
        key=f"{key} {order.number}"[:120],
        actor=by,
        words=gettext_noop("A replacement is being prepared."),
    )


@transaction.atomic
def deliver(parcel: Fulfilment, *, by: User | None = None) -> bool:
    """Note that a parcel has arrived, once; returns whether this was the time."""
    order = Order.objects.select_for_update().get(pk=parcel.order_id)
    now = timezone.now()
    if not Fulfilment.objects.filter(pk=parcel.pk, delivered_at=None).update(delivered_at=now):
        return False
    is_all = order.fulfilment_state == Order.FulfilmentState.SHIPPED
    if is_all and not order.fulfilments.filter(delivered_at=None).exists():
        Order.objects.filter(pk=order.pk).update(fulfilment_state=Order.FulfilmentState.DELIVERED)
    OrderEvent.objects.create(
        order=order, key=f"delivered {parcel.pk} {order.number}", actor=by, words=gettext_noop("Delivered.")
    )
    return True


@transaction.atomic
def correct_tracking(
    parcel: Fulfilment,
    *,
    carrier: str,
    tracking_number: str,
    tracking_url: str,
    key: str,
    by: User | None = None,
) -> bool:
    """Set right with whom a parcel travels and how it is followed; returns whether anything changed, `key` once.

    The customer reads it in the order's timeline; the mail that was sent stays as it was.
    """
    order = Order.objects.select_for_update().get(pk=parcel.order_id)
    known = Fulfilment.objects.get(pk=parcel.pk)
    after = {"carrier": carrier, "tracking_number": tracking_number, "tracking_url": tracking_url}
    event = f"tracking {key} {order.number}"
    if all(getattr(known, name) == value for name, value in after.items()):
        return False
    if OrderEvent.objects.filter(key=event).exists():
        return False
    Fulfilment.objects.filter(pk=parcel.pk).update(**after)
    shown = " ".join(filter(None, [carrier, tracking_number])) or "–"
    OrderEvent.objects.create(
        order=order,
        key=event,
        actor=by,
        words=gettext_noop("How to follow the parcel was corrected: %(shown)s."),
        details={"shown": shown},
    )
    return True
