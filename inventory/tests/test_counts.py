"""A stock count: counted blind, frozen line by line, posted as differences, by a second person if they are large."""

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from config.states import IllegalMove
from inventory import services
from inventory.models import StockCount, StockCountLine, StockLevel, StockMovement
from inventory.services.shelf import MOST_AT_ONCE
from inventory.signals import stock_turned
from inventory.tests.factories import LocationFactory, StockItemFactory, StockLevelFactory

pytestmark = pytest.mark.django_db
TOMORROW = "2030-01-01T00:00Z"


@pytest.fixture
def place():
    return LocationFactory()


@pytest.fixture
def cup(place):
    return StockLevelFactory(item__sku="CUP", location=place, on_hand=10)


@pytest.fixture
def plate(place):
    return StockLevelFactory(item__sku="PLATE", location=place, on_hand=4)


def person(name):
    return get_user_model().objects.create_user(f"{name}@example.org")


@pytest.fixture
def ada(db):
    return person("ada")


@pytest.fixture
def ben(db):
    return person("ben")


@pytest.fixture
def count(cup, plate, place):
    return services.open_count(["PLATE", "CUP"], location=place, note="Aisle 3")


def on_hand(sku):
    return StockLevel.objects.get(item__sku=sku).on_hand


def sell(sku, quantity, name):
    services.reserve({sku: quantity}, reference=f"checkout {name}", expires_at=TOMORROW)
    services.allocate(f"checkout {name}", to={sku: f"line {name}"})
    services.ship(f"line {name}", quantity, cause=f"parcel {name}")


def counted(count, figures, by):
    for sku, figure in figures.items():
        services.enter_count(count, sku, figure, by=by)
    return services.finish_count(count)


def test_counting_and_finishing_move_nothing(count, ada):
    counted(count, {"CUP": 7, "PLATE": 4}, ada)

    lines = count.lines.values_list("item__sku", "expected", "counted", "counted_by")
    assert list(lines) == [("CUP", 10, 7, ada.pk), ("PLATE", 4, 4, ada.pk)]
    assert not StockMovement.objects.filter(kind="count").exists()


def test_posting_moves_the_differences_and_notes_what_was_right(count, ada):
    counted(count, {"CUP": 7, "PLATE": 4}, ada)

    services.post_count(count, by=ada)

    moves = StockMovement.objects.filter(kind="count").order_by("item__sku")
    assert [(move.item.sku, move.on_hand_delta, move.on_hand_after, move.reason) for move in moves] == [
        ("CUP", -3, 7, "Aisle 3"),
        ("PLATE", 0, 4, "Aisle 3"),
    ]
    assert {move.reference for move in moves} == {f"count {count.number}"}
    count.refresh_from_db()
    assert (count.state, count.ended_by) == ("posted", ada)


def test_a_count_that_finds_no_difference_at_all_can_be_posted(count, ada):
    counted(count, {"CUP": 10, "PLATE": 4}, ada)

    services.post_count(count, by=ada)

    assert set(StockMovement.objects.filter(kind="count").values_list("on_hand_delta", flat=True)) == {0}


def test_what_was_sold_since_the_counting_stays_sold(count, ada):
    services.enter_count(count, "CUP", 7, by=ada)
    sell("CUP", 2, "A")
    services.finish_count(count)
    sell("CUP", 1, "B")

    services.post_count(count, by=ada)

    assert on_hand("CUP") == 10 - 2 - 1 - 3


def test_a_second_entry_takes_the_place_of_the_first_with_the_books_of_its_moment(count, ada, ben):
    services.enter_count(count, "CUP", 7, by=ada)
    sell("CUP", 2, "A")

    line = services.enter_count(count, "CUP", 8, by=ben)

    assert (line.expected, line.counted, line.counted_by) == (8, 8, ben)


def test_one_press_is_written_down_once(count, ada):
    services.enter_count(count, "CUP", 7, by=ada, key="press 1")
    sell("CUP", 2, "A")

    line = services.enter_count(count, "CUP", 7, by=ada, key="press 1")

    assert (line.expected, line.counted) == (10, 7)


def test_what_was_not_counted_stays_as_it_is(count, ada):
    counted(count, {"PLATE": 5}, ada)

    services.post_count(count, by=ada)

    assert (on_hand("CUP"), on_hand("PLATE")) == (10, 5)
    assert not StockMovement.objects.filter(kind="count", item__sku="CUP").exists()


def test_a_thing_that_was_found_there_is_added(count, ada):
    StockItemFactory(sku="BOWL")

    counted(count, {"BOWL": 2}, ada)
    services.post_count(count, by=ada)

    assert on_hand("BOWL") == 2


def test_a_count_may_leave_less_than_is_promised_and_the_bell_rings(count, cup, ada):
    services.reserve({"CUP": 8}, reference="checkout 1", expires_at=TOMORROW)
    counted(count, {"CUP": 5}, ada)
    heard = []

    def hear(sender, items, **kwargs):
        heard.append(items)

    stock_turned.connect(hear)
    try:
        services.post_count(count, by=ada)
    finally:
        stock_turned.disconnect(hear)

    cup.refresh_from_db()
    assert (cup.on_hand, cup.reserved, cup.available) == (5, 8, -3)
    assert heard == [{cup.item_id}]
    assert services.available(["CUP"]) == {"CUP": 0}


def test_more_missing_than_the_books_still_have_is_counted_again(count, ada):
    services.enter_count(count, "CUP", 0, by=ada)
    sell("CUP", 2, "A")
    services.finish_count(count)

    with pytest.raises(services.NotEnough, match="still have of CUP: count it again"), transaction.atomic():
        services.post_count(count, by=ada)
    services.go_on_counting(count)
    counted(count, {"CUP": 0}, ada)
    services.post_count(count, by=ada)

    assert on_hand("CUP") == 0


# --- the second person --------------------------------------------------------------------------------
@pytest.fixture
def strict(settings):
    settings.STOCK_COUNT_SECOND_PERSON_PIECES = 4


@pytest.mark.usefixtures("strict")
def test_who_counted_may_not_post_large_differences(count, ada, ben):
    counted(count, {"CUP": 8, "PLATE": 7}, ada)

    with pytest.raises(services.SecondPersonNeeded, match="off by 5 pieces, and you counted"):
        services.post_count(count, by=ada)
    count.refresh_from_db()
    assert (count.state, on_hand("CUP")) == ("counted", 10)

    services.post_count(count, by=ben)
    assert (on_hand("CUP"), on_hand("PLATE")) == (8, 7)


@pytest.mark.usefixtures("strict")
def test_large_is_more_than_the_setting_whatever_the_sign(count, ada):
    counted(count, {"CUP": 8, "PLATE": 6}, ada)

    assert not services.needs_second_person(count)
    assert services.may_post(count, ada)
    services.post_count(count, by=ada)


@pytest.mark.usefixtures("strict")
def test_of_two_who_counted_neither_posts(count, ada, ben):
    counted(count, {"CUP": 8}, ada)
    services.go_on_counting(count)
    counted(count, {"PLATE": 7}, ben)

    assert not services.may_post(count, ada)
    assert not services.may_post(count, ben)


# --- where it stands --------------------------------------------------------------------------------
def test_moves_that_the_state_does_not_allow_are_refused(count, ada):
    with pytest.raises(IllegalMove):
        services.post_count(count, by=ada)
    counted(count, {"CUP": 7}, ada)
    with pytest.raises(IllegalMove):
        services.enter_count(count, "CUP", 8, by=ada)
    with pytest.raises(IllegalMove):
        services.finish_count(count)
    services.post_count(count, by=ada)
    for act in (
        lambda: services.post_count(count, by=ada),
        lambda: services.discard_count(count),
        lambda: services.go_on_counting(count),
    ):
        with pytest.raises(IllegalMove):
            act()

    assert on_hand("CUP") == 7


@pytest.mark.parametrize("finish", [False, True])
def test_a_discarded_count_moves_nothing_and_sets_its_things_free(count, ada, place, finish):
    services.enter_count(count, "CUP", 7, by=ada)
    if finish:
        services.finish_count(count)

    services.discard_count(count, by=ada)

    assert on_hand("CUP") == 10
    services.open_count(["CUP"], location=place)


def test_nothing_counted_is_nothing_to_finish(count):
    with pytest.raises(services.InventoryError, match="Nothing was counted"):
        services.finish_count(count)

    count.refresh_from_db()
    assert count.state == "counting"


def test_a_thing_is_in_one_open_count_of_a_place(count, place, cup, ada):
    with pytest.raises(
        services.InventoryError, match=f"Already being counted at {place}: CUP \\({count.number}"
    ):
        services.open_count(["CUP"], location=place)
    other = services.open_count([], location=place)
    with pytest.raises(services.InventoryError, match="Already being counted"):
        services.enter_count(other, "CUP", 1, by=ada)

    assert StockCount.objects.count() == 2
    services.open_count(["CUP"], location=LocationFactory(code="floor"))


def test_the_database_refuses_two_open_counts_of_a_level(count, place, cup):
    other = services.open_count([], location=place)

    with pytest.raises(IntegrityError), transaction.atomic():
        StockCountLine.objects.create(count=other, item=cup.item, location=place)


# --- bad input --------------------------------------------------------------------------------------
@pytest.mark.parametrize("figure", [-1, MOST_AT_ONCE + 1])
def test_a_figure_that_cannot_be_is_refused(count, ada, figure):
    with pytest.raises(services.InventoryError, match="A count is from 0"):
        services.enter_count(count, "CUP", figure, by=ada)


def test_unknown_things_are_refused(count, place, ada):
    with pytest.raises(services.InventoryError, match="no item with the SKU NOPE"):
        services.enter_count(count, "NOPE", 1, by=ada)
    with pytest.raises(services.InventoryError, match="no item with the SKU NOPE"):
        services.open_count(["CUP", "NOPE"], location=place)


def test_a_count_has_a_limit(count, place, ada, monkeypatch):
    monkeypatch.setattr("inventory.services.counts.MOST_LINES", 2)
    StockItemFactory(sku="BOWL")

    with pytest.raises(services.InventoryError, match="make several"):
        services.open_count(["A", "B", "C"], location=place)
    with pytest.raises(services.InventoryError, match="make another"):
        services.enter_count(count, "BOWL", 1, by=ada)


def test_what_lies_at_a_place_can_be_named_by_its_beginning(cup, plate, place):
    assert services.skus_lying_at(place) == ["CUP", "PLATE"]
    assert services.skus_lying_at(place, beginning="P") == ["PLATE"]
    assert services.skus_lying_at(LocationFactory(code="floor")) == []


@pytest.mark.parametrize("number", [3, 40])
def test_a_count_of_many_things_is_posted_together(place, ada, number, django_assert_max_num_queries):
    skus = [StockItemFactory().sku for _ in range(number)]
    count = services.open_count(skus, location=place)
    counted(count, dict.fromkeys(skus, 0), ada)

    with django_assert_max_num_queries(16):
        services.post_count(count, by=ada)

    assert StockMovement.objects.filter(kind="count").count() == number
