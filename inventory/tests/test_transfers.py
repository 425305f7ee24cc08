"""Goods change their place or leave for good: what is promised stays, and nothing is lost on the way."""

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from inventory import services
from inventory.models import Location, StockLevel, StockMovement
from inventory.services.shelf import MOST_AT_ONCE
from inventory.tests.factories import LocationFactory, StockItemFactory, StockLevelFactory

pytestmark = pytest.mark.django_db
TOMORROW = "2030-01-01T00:00Z"


@pytest.fixture
def main():
    return LocationFactory()


@pytest.fixture
def floor():
    return LocationFactory(code="floor", priority=20)


@pytest.fixture
def broken():
    return LocationFactory(code="damaged", is_sellable=False, is_damaged=True, priority=90)


@pytest.fixture
def cup(main):
    return StockLevelFactory(item__sku="CUP", location=main, on_hand=5)


def figures():
    return dict(StockLevel.objects.values_list("location__code", "on_hand"))


def test_a_transfer_takes_here_and_brings_there(cup, main, floor):
    keeper = get_user_model().objects.create_user("keeper@example.org")

    source, target = services.transfer(
        "CUP", 2, source=main, target=floor, cause="transfer 1", reason="For the window", by=keeper
    )

    assert (source.on_hand, target.on_hand) == (3, 2)
    moves = StockMovement.objects.filter(kind="transfer").order_by("on_hand_delta")
    assert [(move.on_hand_delta, move.reference, move.reason, move.actor) for move in moves] == [
        (-2, "transfer 1", "For the window", keeper),
        (2, "transfer 1", "For the window", keeper),
    ]
    assert services.available(["CUP"]) == {"CUP": 5}


def test_the_same_transfer_twice_is_made_once(cup, main, floor):
    services.transfer("CUP", 2, source=main, target=floor, cause="transfer 1")

    with pytest.raises(services.AlreadyBooked), transaction.atomic():
        services.transfer("CUP", 2, source=main, target=floor, cause="transfer 1")

    assert figures() == {"main": 3, "floor": 2}


@pytest.mark.parametrize("target", ["floor", "broken"])
def test_what_is_promised_stays_on_its_shelf(cup, main, target, request):
    services.reserve({"CUP": 2}, reference="checkout 1", expires_at=TOMORROW)
    services.reserve({"CUP": 1}, reference="checkout 2", expires_at=TOMORROW)
    services.allocate("checkout 2", to={"CUP": "line 1"})
    place = request.getfixturevalue(target)

    with pytest.raises(services.NotEnough, match="fewer than 3 of CUP that are free"), transaction.atomic():
        services.transfer("CUP", 3, source=main, target=place, cause="transfer 1")
    services.transfer("CUP", 2, source=main, target=place, cause="transfer 2")

    assert figures() == {"main": 3, place.code: 2}


def test_backorders_are_no_goods_to_carry(cup, main, floor):
    cup.item.backorder_limit = 10
    cup.item.save()

    with pytest.raises(services.NotEnough):
        services.transfer("CUP", 6, source=main, target=floor, cause="transfer 1")


@pytest.mark.parametrize("quantity", [0, -1, MOST_AT_ONCE + 1])
def test_a_quantity_that_cannot_be_is_refused(cup, main, floor, quantity):
    with pytest.raises(services.InventoryError, match="A quantity must be"):
        services.transfer("CUP", quantity, source=main, target=floor, cause="transfer 1")


def test_a_transfer_needs_a_thing_and_another_place(cup, main, floor):
    with pytest.raises(services.InventoryError, match="another place"):
        services.transfer("CUP", 1, source=main, target=main, cause="transfer 1")
    with pytest.raises(services.InventoryError, match="no item with the SKU NOPE"):
        services.transfer("NOPE", 1, source=main, target=floor, cause="transfer 1")


# --- what broke -------------------------------------------------------------------------------------
def test_damaged_goods_have_a_place(broken):
    LocationFactory(code="far", is_sellable=False, is_damaged=True, priority=95)

    assert services.damaged_place() == broken


def test_a_shop_without_such_a_place_is_told_how_to_make_one(main):
    with pytest.raises(services.NoDamagedPlace, match="mark one"):
        services.damaged_place()


def test_a_place_for_damaged_goods_feeds_no_shop(broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        Location.objects.filter(pk=broken.pk).update(is_sellable=True)


def test_what_broke_is_written_off_with_a_reason_once(cup, main, broken):
    services.transfer("CUP", 2, source=main, target=broken, cause="transfer 1")

    level = services.write_off("CUP", 1, location=broken, cause="write-off 1", reason="Handle gone")
    with pytest.raises(services.AlreadyBooked), transaction.atomic():
        services.write_off("CUP", 1, location=broken, cause="write-off 1", reason="Handle gone")

    assert level.on_hand == 1
    move = StockMovement.objects.get(reference="write-off 1")
    assert (move.kind, move.on_hand_delta, move.reason) == ("adjust", -1, "Handle gone")


def test_only_damaged_goods_are_written_off_and_no_more_than_there_are(cup, main, broken):
    with pytest.raises(services.InventoryError, match="not for damaged goods"):
        services.write_off("CUP", 1, location=main, cause="write-off 1", reason="Gone")
    with pytest.raises(services.NotEnough):
        services.write_off("CUP", 1, location=broken, cause="write-off 1", reason="Gone")
    with pytest.raises(services.InventoryError, match="Say why"):
        services.write_off("CUP", 1, location=broken, cause="write-off 1", reason=" ")
    with pytest.raises(services.InventoryError, match="A quantity must be"):
        services.write_off("CUP", -1, location=broken, cause="write-off 1", reason="Gone")


def test_returned_goods_can_be_put_where_damaged_ones_lie(broken):
    StockItemFactory(sku="CUP")

    services.put_back("CUP", 1, location=services.damaged_place(), cause="return 1")

    assert services.available(["CUP"]) == {"CUP": 0}
