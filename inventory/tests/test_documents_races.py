"""Many with the same goods and papers at once, on PostgreSQL, and what is lost where a guard is taken away."""

import threading

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Q

from inventory import services
from inventory.models import StockLevel, StockMovement
from inventory.services.ledger import Change
from inventory.tests.factories import LocationFactory, StockLevelFactory
from inventory.tests.test_promises_races import TOMORROW, all_at_once

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="Needs PostgreSQL."),
]


@pytest.fixture
def main():
    return LocationFactory()


@pytest.fixture
def floor():
    return LocationFactory(code="floor")


@pytest.fixture
def cup(main):
    """Eight cups, three of them promised: five are free."""
    level = StockLevelFactory(item__sku="CUP", location=main, on_hand=8)
    services.reserve({"CUP": 3}, reference="checkout 1", expires_at=TOMORROW)
    return level


@pytest.fixture
def keeper(db):
    return get_user_model().objects.create_user("keeper@example.org")


def figures(level):
    level.refresh_from_db()
    return level.on_hand, level.reserved


def carry(main, floor):
    """Twenty people, each of whom takes one cup to the shop floor."""

    def act(number):
        return lambda: services.transfer("CUP", 1, source=main, target=floor, cause=f"transfer {number}")

    return [act(number) for number in range(20)]


def test_of_twenty_transfers_those_of_free_pieces_are_made(cup, main, floor):
    assert all_at_once(carry(main, floor)) == {"done": 5, "NotEnough": 15}

    assert figures(cup) == (3, 3)
    assert StockLevel.objects.get(location=floor).on_hand == 5


@pytest.mark.broken_books
def test_without_the_guard_promised_pieces_are_carried_away(cup, main, floor, monkeypatch):
    monkeypatch.setattr(Change, "guard", property(lambda change: Q(pk=change.level.pk)))
    monkeypatch.setattr(Change, "fits", lambda change, level: True)

    assert all_at_once(carry(main, floor)[:8]) == {"done": 8}

    assert figures(cup) == (0, 3)


def test_transfers_that_cross_never_wait_in_a_circle(main, floor):
    cup = StockLevelFactory(item__sku="CUP", location=main, on_hand=30)
    services.receive("CUP", 30, location=floor, cause="receipt 2")

    def go(number):
        source, target = (main, floor) if number % 2 else (floor, main)
        return lambda: services.transfer("CUP", 1, source=source, target=target, cause=f"transfer {number}")

    assert all_at_once([go(number) for number in range(20)]) == {"done": 20}
    assert figures(cup) == (30, 0)


def test_one_go_of_a_receipt_pressed_by_many_is_booked_once(cup, main):
    receipt = services.expect_receipt({"CUP": 6}, location=main, supplier="Pottery")

    def press():
        services.receive_against(receipt.__class__.objects.get(pk=receipt.pk), {"CUP": 6}, key="go 1")

    assert all_at_once([press] * 12) == {"done": 1, "AlreadyBooked": 11}
    assert receipt.lines.get().received == 6
    assert figures(cup) == (14, 3)


def test_goods_come_before_a_receipt_is_closed_or_not_at_all(cup, main):
    receipt = services.expect_receipt({"CUP": 6}, location=main, supplier="Pottery")

    def come(number):
        mine = receipt.__class__.objects.get(pk=receipt.pk)
        return lambda: services.receive_against(mine, {"CUP": 1}, key=f"go {number}")

    ends = all_at_once([*(come(number) for number in range(10)), lambda: services.close_receipt(receipt)])

    assert ends["done"] + ends["IllegalMove"] == 11
    assert receipt.lines.get().received == ends["done"] - 1
    assert figures(cup) == (8 + ends["done"] - 1, 3)


# --- counting -----------------------------------------------------------------------------------------
@pytest.fixture
def sold_out(main):
    """Thirty plates, twenty of them promised to ten orders that are about to be shipped."""
    level = StockLevelFactory(item__sku="PLATE", location=main, on_hand=30)
    for number in range(10):
        services.reserve({"PLATE": 2}, reference=f"checkout {number}", expires_at=TOMORROW)
        with transaction.atomic():
            services.allocate(f"checkout {number}", to={"PLATE": f"line {number}"})
    return level


def ship(number):
    return lambda: services.ship(f"line {number}", 2, cause=f"parcel {number}")


@pytest.fixture
def count(sold_out, main, keeper):
    """Four plates are missing."""
    count = services.open_count(["PLATE"], location=main)
    services.enter_count(count, "PLATE", 26, by=keeper)
    return services.finish_count(count)


def test_parcels_that_leave_while_a_count_is_posted_stay_gone(count, sold_out, keeper):
    acts = [*(ship(number) for number in range(10)), lambda: services.post_count(count, by=keeper)]

    assert all_at_once(acts) == {"done": 11}
    sold_out.refresh_from_db()
    assert (sold_out.on_hand, sold_out.allocated) == (30 - 20 - 4, 0)


@pytest.mark.broken_books
def test_a_count_that_wrote_what_it_found_would_bring_parcels_back(count, sold_out):
    """The way not to go: set the figure to what was counted."""
    shipped, written = threading.Event(), []

    def write():
        figure = count.lines.get().counted
        shipped.wait(30)
        written.append(StockLevel.objects.filter(pk=sold_out.pk).update(on_hand=figure))

    def leave():
        try:
            ship(0)()
        finally:
            shipped.set()

    assert all_at_once([write, leave]) == {"done": 2}
    sold_out.refresh_from_db()
    assert (written, sold_out.on_hand) == ([1], 26)


def test_a_count_posted_by_many_is_posted_once(count, sold_out, keeper):
    def post():
        services.post_count(count.__class__.objects.get(pk=count.pk), by=keeper)

    assert all_at_once([post] * 12) == {"done": 1, "IllegalMove": 11}
    sold_out.refresh_from_db()
    assert sold_out.on_hand == 26
    assert StockMovement.objects.filter(kind="count").count() == 1


def test_of_posting_and_discarding_one_wins(count, sold_out, keeper):
    def fresh():
        return count.__class__.objects.get(pk=count.pk)

    one, other = fresh(), fresh()

    ends = all_at_once(
        [lambda: services.post_count(one, by=keeper), lambda: services.discard_count(other, by=keeper)]
    )

    assert ends == {"done": 1, "IllegalMove": 1}
    count.refresh_from_db()
    sold_out.refresh_from_db()
    assert sold_out.on_hand == (26 if count.state == "posted" else 30)


def test_a_thing_gets_into_one_of_many_counts(cup, main):
    ends = all_at_once([lambda: services.open_count(["CUP"], location=main)] * 8)

    assert ends == {"done": 1, "InventoryError": 7}
