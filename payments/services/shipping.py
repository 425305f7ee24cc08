"""Sending an order: its payment is settled first, for all that is owed, as a hold can be settled only once."""

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from inventory.models import Location
from orders import services as orders
from orders.models import Fulfilment, Order
from payments.models import Payment
from payments.services import settling
from payments.services.errors import PaymentError


class CannotShip(PaymentError):
    """The goods cannot leave the house now; the message says why."""


def will_settle(order: Order) -> int:
    """What sending something of this order settles first, in minor units; 0 if it is settled already or cannot be.

    With SETTLE_AT_SHIPMENT off, always 0: somebody settles it before.
    """
    if not settings.SETTLE_AT_SHIPMENT:
        return 0
    payment = _payment_of(order)
    if payment is None or payment.state != Payment.State.AUTHORISED or settling.why_not_settle(payment):
        return 0
    return settling.most_to_settle(payment)


def why_not_ship(order: Order) -> str:
    """Why nothing of the order can be sent now, in a sentence; empty if something can."""
    return orders.why_not_pack(order) if will_settle(order) else orders.why_not_ship(order)


def ship_order(
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
    """Settle what is owed if that has not been done, then send `pieces` (position: how many) in one parcel.

    Nothing leaves the house unless Stripe has confirmed the money, and nothing is settled for a parcel that cannot
    leave. The same `key` sends once. `places` as for `orders.ship`. Raises CannotShip, Undecided.
    """
    if sent := Fulfilment.objects.filter(key=key).first():
        return sent
    payment = _payment_of(order)
    if payment and not orders.why_not_pack(order) and (amount := will_settle(order)):
        if why := orders.why_not_send(order, pieces, places or {}):
            raise CannotShip(why)
        try:
            settling.settle(payment, amount=amount)
        except settling.CannotSettle as error:
            raise CannotShip(_("Nothing was sent: %(why)s") % {"why": error}) from error
    try:
        return orders.ship(
            order,
            pieces,
            key=key,
            carrier=carrier,
            tracking_number=tracking_number,
            tracking_url=tracking_url,
            places=places,
            by=by,
        )
    except orders.OrderError as error:
        raise CannotShip(str(error)) from error


def _payment_of(order: Order) -> Payment | None:
    return Payment.objects.select_related("checkout", "order").filter(order=order).first()
