"""Stock is written in one place: all or nothing, once per cause, and the guard is what keeps it."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q

from inventory import services
from inventory.models import StockLevel, StockMovement
from inventory.services.ledger import Change, book
from inventory.tests.factories import StockLevelFactory

pytestmark = pytest.mark.django_db


class Refusal(Exception):
    """What these tests let `book` raise."""


def refuse(failed):
    return Refusal(sorted(change.level.item.sku for change in failed))


def change(level, key="act 1", **figures):
    return Change(level=level, kind=StockMovement.Kind.ADJUST, key=key, reference="a test", **figures)


def figures(level):
    return StockLevel.objects.values_list("on_hand", "reserved", "allocated").get(pk=level.pk)


def test_a_movement_holds_what_moved_and_what_was_left():
    level = StockLevelFactory(on_hand=5)

    book([change(level, on_hand=-2)], refuse=refuse, reason="Broken")

    move = StockMovement.objects.get(key="act 1")
    assert (move.on_hand_delta, move.reserved_delta, move.allocated_delta) == (-2, 0, 0)
    assert (move.on_hand_after, move.reserved_after, move.allocated_after) == (3, 0, 0)
    assert (move.item, move.location, move.reason) == (level.item, level.location, "Broken")


@pytest.mark.parametrize("figure", ["on_hand", "reserved", "allocated"])
def test_no_figure_falls_below_zero(figure):
    level = StockLevelFactory(on_hand=2)

    with pytest.raises(Refusal), transaction.atomic():
        book([change(level, **{figure: -3})], refuse=refuse)

    assert figures(level) == (2, 0, 0)
    assert not StockMovement.objects.filter(key="act 1").exists()


def test_of_several_changes_all_or_none_are_made_and_the_impossible_ones_named():
    cup, mug, pot = (StockLevelFactory(on_hand=number) for number in (5, 0, 1))
    changes = [change(level, key=f"act {level.pk}", on_hand=-2) for level in (cup, mug, pot)]

    with pytest.raises(Refusal) as refusal, transaction.atomic():
        book(changes, refuse=refuse)

    assert refusal.value.args[0] == sorted([mug.item.sku, pot.item.sku])
    assert [figures(level)[0] for level in (cup, mug, pot)] == [5, 0, 1]


def test_a_cause_is_booked_once():
    level = StockLevelFactory(on_hand=5)
    book([change(level, on_hand=-1)], refuse=refuse)

    with pytest.raises(services.AlreadyBooked), transaction.atomic():
        book([change(level, on_hand=-1)], refuse=refuse)

    assert figures(level)[0] == 4


def test_one_key_that_is_known_stops_all_the_others():
    cup, mug = StockLevelFactory(on_hand=5), StockLevelFactory(on_hand=5)
    book([change(mug, key="twice", on_hand=1)], refuse=refuse)

    with pytest.raises(services.AlreadyBooked), transaction.atomic():
        book([change(cup, key="new", on_hand=1), change(mug, key="twice", on_hand=1)], refuse=refuse)

    assert (figures(cup)[0], figures(mug)[0]) == (5, 6)


@pytest.mark.broken_books  # a correction moves no promises
def test_a_promise_needs_free_stock_or_backorders():
    level = StockLevelFactory(on_hand=2)
    book([change(level, reserved=2, overdraft=0)], refuse=refuse)

    with pytest.raises(Refusal), transaction.atomic():
        book([change(level, key="act 2", reserved=1, overdraft=0)], refuse=refuse)
    book([change(level, key="act 3", reserved=1, overdraft=1)], refuse=refuse)

    assert figures(level) == (2, 3, 0)
    book([change(level, key="act 4", reserved=-3)], refuse=refuse)


@pytest.mark.broken_books
def test_without_the_guard_more_is_promised_than_there_is(monkeypatch):
    """The negative control: with the guard and the look before it taken away, the rule falls."""
    level = StockLevelFactory(on_hand=1)
    monkeypatch.setattr(Change, "guard", property(lambda change: Q(pk=change.level.pk)))

    for number in range(3):
        book([change(level, key=f"act {number}", reserved=1, overdraft=0)], refuse=refuse)

    assert figures(level) == (1, 3, 0)


@pytest.mark.parametrize("figure", ["on_hand", "reserved", "allocated"])
def test_the_table_itself_refuses_less_than_nothing(figure):
    level = StockLevelFactory(on_hand=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        StockLevel.objects.filter(pk=level.pk).update(**{figure: -1})


@pytest.mark.parametrize("number", [2, 50])
def test_booking_costs_the_same_for_any_number_of_levels(number, django_assert_num_queries):
    levels = [StockLevelFactory(on_hand=5) for _ in range(number)]
    changes = [change(level, key=f"act {level.pk}", on_hand=-1) for level in levels]

    with transaction.atomic(), django_assert_num_queries(4):
        book(changes, refuse=refuse)

    assert {figures(level)[0] for level in levels} == {4}
