"""Holds: once per cause, in the way of shipping, lifted one by one."""

import pytest
from django.urls import reverse

from accounts.tests.factories import StaffFactory
from config.tests.world import balanced_world
from orders import services as orders
from orders.models import Order, OrderHold

pytestmark = pytest.mark.django_db
Kind = OrderHold.Kind


@pytest.fixture
def order():
    balanced_world()
    order = Order.objects.get()
    Order.objects.filter(pk=order.pk).update(payment_state=Order.PaymentState.CAPTURED)
    order.refresh_from_db()
    return order


def test_a_held_order_is_not_shipped(order):
    assert not orders.why_not_ship(order)
    orders.hold(order, Kind.REVIEW, why="The address looks odd.", key="review 1")

    with pytest.raises(orders.CannotShip, match="The address looks odd"):
        orders.ship(order, {1: 1}, key="parcel")


def test_a_cause_holds_once_and_stays_lifted(order):
    first = orders.hold(order, Kind.DISPUTE, why="Disputed.", key="dispute 1")
    assert orders.hold(order, Kind.DISPUTE, why="Disputed.", key="dispute 1") == first
    assert orders.lift(first)
    assert not orders.lift(first)

    assert orders.hold(order, Kind.DISPUTE, why="Disputed.", key="dispute 1").lifted_at
    assert not orders.why_not_ship(order)
    assert order.events.filter(key__startswith="hold", is_public=False).count() == 2


def test_every_reason_has_to_go(order):
    first = orders.hold(order, Kind.DISPUTE, why="Disputed.", key="dispute 1")
    orders.hold(order, Kind.STOCK_SHORT, why="One piece is missing.", key="short 1")
    orders.lift(first)

    assert orders.why_held(order) == "The order is on hold: One piece is missing."


def test_staff_hold_and_lift(client, order):
    client.force_login(StaffFactory(is_superuser=True))

    def press(act, **given):
        address = reverse(f"admin:orders_order_{act}", args=[order.pk])
        form = client.get(address).context["form"]
        return client.post(address, {"key": form["key"].value(), "confirmed": "yes", **given}, follow=True)

    press("hold", reason="Call the customer.")
    row = order.holds.get()
    assert (row.kind, row.why, row.lifted_at) == (Kind.REVIEW, "Call the customer.", None)
    page = client.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert "Call the customer." in page

    press("lift", hold=row.pk)
    assert not order.holds.open().exists()
