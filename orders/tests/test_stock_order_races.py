"""Orders of the same things in opposite order, sent and cancelled at once on PostgreSQL: nobody waits in a circle."""

import threading

import pytest
from django.db import connection, transaction

from inventory import services as inventory
from inventory.models import StockLevel
from inventory.tests.test_promises_races import all_at_once
from orders import services as orders
from orders.models import Order
from orders.tests.factories import OrderFactory
from shop.tests.factories import VariantFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="Needs PostgreSQL."),
]


def crossed(count):
    """Orders of a cup and a mug: every second one names the mug first."""
    cup, mug = VariantFactory(stock=10), VariantFactory(stock=10)
    return [
        OrderFactory(
            lines=[{"variant": each} for each in ((cup, mug) if number % 2 else (mug, cup))],
            payment_state=Order.PaymentState.CAPTURED,
        )
        for number in range(count)
    ]


def send(order):
    return lambda: orders.ship(order, {1: 1, 2: 1}, key=f"parcel {order.pk}")


def call_off(order):
    def act():
        with transaction.atomic():
            orders.cancel(order, key=f"cancellation {order.pk}", reason="")

    return act


@pytest.mark.parametrize("acts", [(send, send), (call_off, call_off), (send, send, call_off, call_off)])
def test_all_have_their_way(acts):
    found = crossed(4)

    ends = all_at_once([acts[at % len(acts)](order) for at, order in enumerate(found)])

    assert ends == {"done": 4}
    assert set(StockLevel.objects.values_list("allocated", flat=True)) == {0}


@pytest.mark.parametrize(("act", "moves"), [(send, "ship"), (call_off, "deallocate")])
def test_without_the_one_order_of_the_levels_they_wait_in_a_circle(monkeypatch, act, moves):
    """The control: both have moved their first line before either moves its second."""
    met, began, move = threading.Barrier(2), threading.local(), getattr(inventory, moves)

    def move_and_wait(*args, **given):
        move(*args, **given)
        if not getattr(began, "is_so", False):
            began.is_so = True
            met.wait(30)

    monkeypatch.setattr(inventory, "lock_levels", lambda references: None)
    monkeypatch.setattr(inventory, moves, move_and_wait)

    assert all_at_once([act(order) for order in crossed(2)]) == {"done": 1, "OperationalError": 1}
