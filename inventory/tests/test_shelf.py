"""What staff do at the shelf: receive, put back, adjust; and how much can be promised."""

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction

from inventory import services
from inventory.models import StockLevel, StockMovement
from inventory.services.shelf import MOST_AT_ONCE
from inventory.tests.factories import LocationFactory, StockItemFactory, StockLevelFactory

pytestmark = pytest.mark.django_db
TOMORROW = "2030-01-01T00:00Z"


@pytest.fixture
def place():
    return LocationFactory()


@pytest.fixture
def cup(place):
    return StockLevelFactory(item__sku="CUP", location=place, on_hand=5)


@pytest.mark.parametrize("act", [services.receive, services.put_back])
def test_goods_that_come_are_on_the_shelf_once(act, cup, place):
    level = act("CUP", 3, location=place, cause="paper 7")
    with pytest.raises(services.AlreadyBooked), transaction.atomic():
        act("CUP", 3, location=place, cause="paper 7")

    assert level.on_hand == 8
    assert StockMovement.objects.filter(reference="paper 7").count() == 1


def test_the_first_delivery_of_a_thing_makes_its_place(place):
    StockItemFactory(sku="NEW")

    level = services.receive("NEW", 2, location=place, cause="receipt 1")

    assert (level.on_hand, level.reserved, level.allocated) == (2, 0, 0)


@pytest.mark.parametrize("act", [services.receive, services.put_back])
@pytest.mark.parametrize("quantity", [0, -1, MOST_AT_ONCE + 1])
def test_a_quantity_that_cannot_be_is_refused(act, quantity, cup, place):
    with pytest.raises(services.InventoryError):
        act("CUP", quantity, location=place, cause="receipt 1")

    assert StockLevel.objects.get(pk=cup.pk).on_hand == 5


def test_an_unknown_thing_is_refused_and_leaves_no_place(place):
    with pytest.raises(services.InventoryError, match="no item with the SKU NOPE"):
        services.receive("NOPE", 1, location=place, cause="receipt 1")

    assert not StockLevel.objects.exists()


def test_a_correction_tells_who_and_why(cup, place):
    keeper = get_user_model().objects.create_user("keeper@example.org")

    level = services.adjust("CUP", -2, location=place, cause="count 1", reason="Broken", by=keeper)

    move = StockMovement.objects.get(kind="adjust")
    assert level.on_hand == 3
    assert (move.on_hand_delta, move.reason, move.actor) == (-2, "Broken", keeper)


def test_the_same_correction_twice_is_made_once(cup, place):
    services.adjust("CUP", -2, location=place, cause="count 1", reason="Broken")

    with pytest.raises(services.AlreadyBooked), transaction.atomic():
        services.adjust("CUP", -2, location=place, cause="count 1", reason="Broken")

    assert StockLevel.objects.get(pk=cup.pk).on_hand == 3


@pytest.mark.parametrize("reason", ["", "   ", "\t\n"])
def test_no_correction_without_a_reason(reason, cup, place):
    with pytest.raises(services.InventoryError, match="Say why"):
        services.adjust("CUP", -1, location=place, cause="count 1", reason=reason)


@pytest.mark.parametrize("delta", [0, MOST_AT_ONCE + 1, -MOST_AT_ONCE - 1])
def test_a_correction_that_cannot_be_is_refused(delta, cup, place):
    with pytest.raises(services.InventoryError, match="at most"):
        services.adjust("CUP", delta, location=place, cause="count 1", reason="Counted")


def test_a_shelf_never_holds_less_than_nothing(cup, place):
    with pytest.raises(services.NotEnough, match="fewer than 6 of CUP"):
        services.adjust("CUP", -6, location=place, cause="count 1", reason="Stolen")

    assert StockLevel.objects.get(pk=cup.pk).on_hand == 5
    assert not StockMovement.objects.filter(kind="adjust").exists()


def test_what_broke_although_it_was_promised_is_booked_and_nothing_more_is_promised(cup, place):
    """The shelf is as it is: a correction may leave less than was promised, never an offer of it."""
    services.reserve({"CUP": 4}, reference="checkout 1", expires_at=TOMORROW)

    services.adjust("CUP", -3, location=place, cause="count 1", reason="Broken")

    assert services.available(["CUP"]) == {"CUP": 0}
    with pytest.raises(services.OutOfStock):
        services.reserve({"CUP": 1}, reference="checkout 2", expires_at=TOMORROW)


def test_available_is_what_can_be_promised_at_places_that_feed_the_shop(cup, place):
    StockLevelFactory(item=cup.item, location=LocationFactory(code="second"))
    services.receive("CUP", 2, location=LocationFactory(code="second"), cause="receipt 2")
    services.receive(
        "CUP", 100, location=LocationFactory(code="damaged", is_sellable=False), cause="receipt 3"
    )
    services.reserve({"CUP": 3}, reference="checkout 1", expires_at=TOMORROW)

    assert services.available(["CUP", "NOPE"]) == {"CUP": 4, "NOPE": 0}


def test_available_counts_backorders(cup):
    cup.item.backorder_limit = 4
    cup.item.save()

    assert services.available(["CUP"]) == {"CUP": 9}
    services.reserve({"CUP": 9}, reference="checkout 1", expires_at=TOMORROW)
    assert services.available(["CUP"]) == {"CUP": 0}


@pytest.mark.parametrize("number", [3, 50])
def test_available_is_one_query(number, django_assert_num_queries):
    skus = [StockLevelFactory(on_hand=1).item.sku for _ in range(number)]

    with django_assert_num_queries(1):
        assert services.available(skus) == dict.fromkeys(skus, 1)
