"""Many at the shelf at once, on PostgreSQL: what there is goes out once, and nobody waits in a circle."""

import threading
from collections import Counter

import pytest
from django.db import connection, transaction

from inventory import services
from inventory.models import StockLevel, StockMovement
from inventory.tests.factories import LocationFactory, StockLevelFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="Needs PostgreSQL."),
]
TOMORROW = "2030-01-01T00:00Z"


def all_at_once(acts):
    """Run every act in a thread of its own, from one starting gun; what became of each, by name of its error."""
    gate, ends = threading.Barrier(len(acts)), []

    def run(act):
        try:
            gate.wait(30)
            act()
            ends.append("done")
        except Exception as error:
            ends.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return Counter(ends)


def test_twenty_reserve_the_last_five():
    level = StockLevelFactory(on_hand=5)
    sku = level.item.sku

    def hold(number):
        return lambda: services.reserve({sku: 1}, reference=f"checkout {number}", expires_at=TOMORROW)

    assert all_at_once([hold(number) for number in range(20)]) == {"done": 5, "OutOfStock": 15}
    level.refresh_from_db()
    assert (level.on_hand, level.reserved) == (5, 5)


def test_baskets_of_the_same_things_in_any_order_never_wait_in_a_circle():
    skus = [StockLevelFactory(on_hand=1000).item.sku for _ in range(6)]

    def hold(number):
        pieces = dict.fromkeys(skus if number % 2 else reversed(skus), 1)
        return lambda: services.reserve(pieces, reference=f"checkout {number}", expires_at=TOMORROW)

    assert all_at_once([hold(number) for number in range(24)]) == {"done": 24}
    assert set(StockLevel.objects.values_list("reserved", flat=True)) == {24}


def test_holding_and_setting_free_cross_without_a_circle():
    skus = [StockLevelFactory(on_hand=100).item.sku for _ in range(4)]
    for number in range(10):
        services.reserve(dict.fromkeys(skus, 1), reference=f"old {number}", expires_at=TOMORROW)

    def hold(number):
        pieces = dict.fromkeys(reversed(skus), 1)
        return lambda: services.reserve(pieces, reference=f"new {number}", expires_at=TOMORROW)

    acts = [hold(number) for number in range(10)]
    acts += [lambda number=number: services.release(f"old {number}") for number in range(10)]

    assert all_at_once(acts) == {"done": 20}
    assert set(StockLevel.objects.values_list("reserved", flat=True)) == {10}


@pytest.mark.parametrize("act", ["receive", "put_back"])
def test_the_same_cause_in_parallel_is_booked_once(act):
    level = StockLevelFactory(on_hand=1)
    place = LocationFactory()

    def come():
        getattr(services, act)(level.item.sku, 3, location=place, cause="paper 7")

    assert all_at_once([come] * 12) == {"done": 1, "AlreadyBooked": 11}
    level.refresh_from_db()
    assert level.on_hand == 4


def test_a_hold_is_set_free_once_by_many():
    level = StockLevelFactory(on_hand=5)
    services.reserve({level.item.sku: 4}, reference="checkout 1", expires_at=TOMORROW)

    assert all_at_once([lambda: services.release("checkout 1")] * 12) == {"done": 12}
    level.refresh_from_db()
    assert level.reserved == 0
    assert StockMovement.objects.filter(kind="release").count() == 1


def test_of_many_parcels_no_more_leaves_than_was_promised():
    level = StockLevelFactory(on_hand=10)
    services.reserve({level.item.sku: 5}, reference="checkout 1", expires_at=TOMORROW)
    with transaction.atomic():
        services.allocate("checkout 1", to={level.item.sku: "line 1"})

    def ship(number):
        return lambda: services.ship("line 1", 1, cause=f"parcel {number}")

    assert all_at_once([ship(number) for number in range(12)]) == {"done": 5, "NotEnough": 7}
    level.refresh_from_db()
    assert (level.on_hand, level.allocated) == (5, 0)
