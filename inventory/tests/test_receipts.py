"""Receiving against what was announced: in several goes, once each, and what is missing or too many is said."""

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from config.states import IllegalMove
from inventory import services
from inventory.models import Receipt, StockLevel, StockMovement
from inventory.services.receipts import MOST_LINES
from inventory.services.shelf import MOST_AT_ONCE
from inventory.tests.factories import LocationFactory, StockItemFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return LocationFactory()


@pytest.fixture
def receipt(place):
    """Twelve cups and four plates are on their way."""
    for sku in ("CUP", "PLATE", "BOWL"):
        StockItemFactory(sku=sku)
    return services.expect_receipt(
        {"CUP": 12, "PLATE": 4}, location=place, supplier="Pottery", delivery_note="DN-7"
    )


def lines(receipt):
    return list(receipt.lines.values_list("item__sku", "expected", "received"))


def test_a_receipt_that_is_expected_moves_nothing(receipt):
    assert lines(receipt) == [("CUP", 12, 0), ("PLATE", 4, 0)]
    assert receipt.is_open
    assert not StockMovement.objects.exists()


def test_goods_come_in_several_goes_each_one_movement_that_names_its_line(receipt, place):
    keeper = get_user_model().objects.create_user("keeper@example.org")

    services.receive_against(receipt, {"CUP": 5, "PLATE": 4}, key="go 1", by=keeper)
    services.receive_against(receipt, {"CUP": 7}, key="go 2", by=keeper)

    assert lines(receipt) == [("CUP", 12, 12), ("PLATE", 4, 4)]
    moves = StockMovement.objects.order_by("pk").values_list(
        "kind", "reference", "on_hand_delta", "reason", "actor__email"
    )
    cup, plate = (f"delivery {receipt.number} line {position}" for position in (1, 2))
    assert list(moves) == [
        ("receive", cup, 5, "Pottery DN-7", "keeper@example.org"),
        ("receive", plate, 4, "Pottery DN-7", "keeper@example.org"),
        ("receive", cup, 7, "Pottery DN-7", "keeper@example.org"),
    ]
    assert services.available(["CUP", "PLATE"]) == {"CUP": 12, "PLATE": 4}


def test_the_same_go_twice_is_booked_once(receipt):
    services.receive_against(receipt, {"CUP": 5, "PLATE": 4}, key="go 1")

    with pytest.raises(services.AlreadyBooked), transaction.atomic():
        services.receive_against(receipt, {"CUP": 5, "PLATE": 4}, key="go 1")

    assert lines(receipt) == [("CUP", 12, 5), ("PLATE", 4, 4)]
    assert StockMovement.objects.count() == 2


def test_more_than_announced_and_things_not_announced_are_taken_and_shown(receipt):
    services.receive_against(receipt, {"CUP": 13, "BOWL": 2}, key="go 1")

    assert lines(receipt) == [("CUP", 12, 13), ("PLATE", 4, 0), ("BOWL", 0, 2)]
    assert [line.difference for line in receipt.lines.all()] == [1, -4, 2]


@pytest.mark.parametrize(("received", "delta"), [(3, -2), (9, 4), (0, -5)])
def test_a_figure_that_was_wrong_is_set_right_on_paper_and_on_the_shelf_once(receipt, received, delta):
    services.receive_against(receipt, {"CUP": 5}, key="go 1")

    services.correct_receipt(receipt, "CUP", received, reason="Typed wrong", key="press 1")
    with pytest.raises(services.AlreadyBooked), transaction.atomic():
        services.correct_receipt(receipt, "CUP", received, reason="Typed wrong", key="press 1")

    assert lines(receipt)[0] == ("CUP", 12, received)
    assert StockLevel.objects.get().on_hand == received
    move = StockMovement.objects.get(kind="adjust")
    assert (move.on_hand_delta, move.reference) == (delta, f"delivery {receipt.number} line 1")


def test_a_correction_that_cannot_be_is_refused(receipt, place):
    services.receive_against(receipt, {"CUP": 5}, key="go 1")
    services.adjust("CUP", -4, location=place, cause="adjustment 1", reason="Broken")

    def correct(sku, received, reason="Typed wrong"):
        with transaction.atomic():
            services.correct_receipt(receipt, sku, received, reason=reason, key="press 1")

    with pytest.raises(services.NotEnough, match="holds fewer than 2 of CUP"):
        correct("CUP", 3)
    with pytest.raises(services.InventoryError, match="says already that 5 of CUP"):
        correct("CUP", 5)
    with pytest.raises(services.InventoryError, match="has no line of BOWL"):
        correct("BOWL", 1)
    with pytest.raises(services.InventoryError, match="A quantity must be"):
        correct("CUP", -1)
    with pytest.raises(services.InventoryError, match="Say why"):
        correct("CUP", 6, " ")
    services.close_receipt(receipt)
    with pytest.raises(IllegalMove):
        correct("CUP", 6)

    assert lines(receipt)[0] == ("CUP", 12, 5)


def test_a_receipt_of_which_all_came_ends_as_received(receipt):
    keeper = get_user_model().objects.create_user("keeper@example.org")
    services.receive_against(receipt, {"CUP": 12, "PLATE": 4}, key="go 1")

    services.close_receipt(receipt, by=keeper)

    receipt.refresh_from_db()
    assert (receipt.state, receipt.closed_by) == ("received", keeper)
    assert receipt.closed_at is not None


@pytest.mark.parametrize("pieces", [{"CUP": 12}, {"CUP": 13, "PLATE": 4}, {"CUP": 12, "PLATE": 4, "BOWL": 1}])
def test_a_receipt_with_a_difference_says_so_at_its_end(receipt, pieces):
    services.receive_against(receipt, pieces, key="go 1")

    assert services.close_receipt(receipt).state == "closed"


def test_nothing_comes_of_a_closed_receipt_and_it_is_closed_once(receipt):
    services.close_receipt(receipt)

    with pytest.raises(IllegalMove, match=f"Receipt {receipt.number} is closed"):
        services.receive_against(receipt, {"CUP": 1}, key="go 1")
    with pytest.raises(IllegalMove):
        services.close_receipt(receipt)

    assert not StockMovement.objects.exists()


@pytest.mark.parametrize("quantity", [0, -1, MOST_AT_ONCE + 1])
def test_a_quantity_that_cannot_be_is_refused(receipt, place, quantity):
    with pytest.raises(services.InventoryError, match="A quantity must be"):
        services.receive_against(receipt, {"CUP": quantity}, key="go 1")
    with pytest.raises(services.InventoryError, match="A quantity must be"):
        services.expect_receipt({"CUP": quantity}, location=place, supplier="Pottery")

    assert lines(receipt) == [("CUP", 12, 0), ("PLATE", 4, 0)]


def test_unknown_things_and_papers_without_lines_are_refused(receipt, place):
    with pytest.raises(services.InventoryError, match="no item with the SKU NOPE"), transaction.atomic():
        services.receive_against(receipt, {"CUP": 1, "NOPE": 1}, key="go 1")
    with pytest.raises(services.InventoryError, match="Say what came"):
        services.receive_against(receipt, {}, key="go 1")
    with pytest.raises(services.InventoryError, match=f"from 1 to {MOST_LINES} lines"):
        services.expect_receipt({}, location=place, supplier="Pottery")
    with pytest.raises(services.InventoryError, match="no item with the SKU NOPE"):
        services.expect_receipt({"NOPE": 1}, location=place, supplier="Pottery")

    assert not StockLevel.objects.exists()
    assert Receipt.objects.count() == 1


def test_a_receipt_grows_to_its_limit_and_no_further(receipt, monkeypatch):
    monkeypatch.setattr("inventory.services.receipts.MOST_LINES", 2)

    with pytest.raises(services.InventoryError, match="begin another"):
        services.receive_against(receipt, {"BOWL": 1}, key="go 1")


def test_the_database_knows_when_a_receipt_ended(receipt):
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.filter(pk=receipt.pk).update(state="closed")


@pytest.mark.parametrize("number", [3, 40])
def test_a_delivery_of_many_lines_is_booked_together(place, number, django_assert_max_num_queries):
    skus = [StockItemFactory().sku for _ in range(number)]
    receipt = services.expect_receipt(dict.fromkeys(skus, 2), location=place, supplier="Pottery")

    with django_assert_max_num_queries(18):
        services.receive_against(receipt, dict.fromkeys(skus, 2), key="go 1")

    assert set(receipt.lines.values_list("received", flat=True)) == {2}
