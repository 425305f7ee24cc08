"""Every rule about stock, broken behind the services' backs and found."""

from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction

from config import books
from config.tests.world import balanced_world, contradictions, loosen, sql, unguard, unguarded
from inventory.models import StockItem, StockMovement

pytestmark = [pytest.mark.django_db, pytest.mark.broken_books]

MUG = "(SELECT id FROM inventory_stockitem WHERE sku = 'MUG-1')"


@pytest.fixture
def world():
    """A balanced shop: of MUG-1 there are 47 on the shelf, 2 promised to an order."""
    world = balanced_world()
    assert books.verify().violations == []
    return world


@pytest.mark.parametrize(
    ("code", "besides", "words"),
    [
        ("inventory.on_hand", set(), "48 are on the shelf, says the level; its movements add up to 47."),
        (
            "inventory.reserved",
            {"inventory.reservations"},
            "1 are held, says the level; its movements add up to 0.",
        ),
        (
            "inventory.allocated",
            {"inventory.allocations"},
            "3 are promised to orders, says the level; its movements add up to 2.",
        ),
    ],
)
def test_a_level_that_was_changed_by_hand_is_found(world, code, besides, words):
    figure = code.split(".")[1]

    sql(f"UPDATE inventory_stocklevel SET {figure} = {figure} + 1 WHERE item_id = {MUG}")

    assert contradictions(code, besides={"inventory.last_movement", *besides}) == [f"MUG-1 at Main: {words}"]


def test_a_level_that_was_deleted_is_found(world):
    sql(f"DELETE FROM inventory_stocklevel WHERE item_id = {MUG}")

    found = contradictions("inventory.on_hand", besides={"inventory.allocated", "inventory.allocations"})

    assert found == ["MUG-1 at Main: 0 are on the shelf, says the level; its movements add up to 47."]


def test_a_movement_that_was_deleted_is_found(world):
    with unguarded("inventory_stockmovement"):
        sql(f"DELETE FROM inventory_stockmovement WHERE item_id = {MUG} AND kind = 'adjust'")

    assert contradictions("inventory.on_hand", besides={"inventory.chain"}) == [
        "MUG-1 at Main: 47 are on the shelf, says the level; its movements add up to 48."
    ]


def test_a_hold_that_no_level_knows_of_is_found(world):
    sql("UPDATE inventory_reservation SET quantity = 2 WHERE quantity = 1")

    assert contradictions("inventory.reservations", besides={"orders.held_lines"}) == [
        "CUP-1 at Main: 1 are held, says the level; its open reservations add up to 2."
    ]


def test_an_allocation_that_no_level_knows_of_is_found(world):
    sql("UPDATE inventory_allocation SET quantity = 1")

    assert contradictions("inventory.allocations", besides={"orders.pieces"}) == [
        "MUG-1 at Main: 2 are promised to orders, says the level; its open allocations add up to 1."
    ]


def test_a_last_movement_that_does_not_lead_to_the_level_is_found(world):
    last = StockMovement.objects.filter(item=world.item).latest("pk")
    with unguarded("inventory_stockmovement"):
        sql("UPDATE inventory_stockmovement SET on_hand_after = 40 WHERE id = %s", last.pk)

    assert contradictions("inventory.last_movement", besides={"inventory.chain"}) == [
        f"MUG-1 at Main: its last movement, number {last.pk} (allocate, order {world.order.number} line 1), left 40 "
        "on the shelf, 0 held and 2 promised to orders; the level says 47, 0, 2."
    ]


def test_a_movement_that_does_not_follow_from_the_one_before_is_found(world):
    first = StockMovement.objects.filter(item=world.item).earliest("pk")
    with unguarded("inventory_stockmovement"):
        sql("UPDATE inventory_stockmovement SET on_hand_after = 50 WHERE id = %s", first.pk)

    after_it = StockMovement.objects.filter(item=world.item, pk__gt=first.pk).earliest("pk")
    assert contradictions("inventory.chain") == [
        f"MUG-1 at Main: movement {first.pk} (receive, receipt of MUG-1) should have left 48 on the shelf, "
        "0 held and 0 promised to orders, but says 50, 0, 0.",
        f"MUG-1 at Main: movement {after_it.pk} (adjust, breakage of MUG-1) should have left 49 on the shelf, "
        "0 held and 0 promised to orders, but says 47, 0, 0.",
    ]


def test_a_movement_that_its_kind_does_not_allow_is_found(world):
    with unguarded("inventory_stockmovement"):
        sql(f"UPDATE inventory_stockmovement SET kind = 'ship' WHERE item_id = {MUG} AND kind = 'adjust'")

    changed = StockMovement.objects.get(kind="ship")
    assert contradictions("inventory.kinds") == [
        f"MUG-1 at Main: movement {changed.pk} (breakage of MUG-1) is of the kind ship and cannot move -1 on the "
        "shelf, 0 held, 0 promised to orders."
    ]


SIGNS = {
    "receive": {(1, 0, 0)},
    "put_back": {(1, 0, 0)},
    "adjust": {(1, 0, 0), (-1, 0, 0)},
    "transfer": {(1, 0, 0), (-1, 0, 0)},
    "count": {(1, 0, 0), (-1, 0, 0), (0, 0, 0)},
    "reserve": {(0, 1, 0)},
    "release": {(0, -1, 0)},
    "allocate": {(0, -1, 1), (0, 0, 1)},
    "deallocate": {(0, 0, -1)},
    "ship": {(-1, 0, -1)},
    "unheard_of": set(),
}


def test_each_kind_may_move_its_own_figures_only(world):
    assert set(StockMovement.Kind.values) == set(SIGNS) - {"unheard_of"}
    loosen("inventory_stockmovement")
    sql("DELETE FROM inventory_stockmovement")
    StockMovement.objects.bulk_create(
        StockMovement(
            pk=number,
            key=str(number),
            kind=kind,
            item=world.item,
            location=world.place,
            on_hand_delta=deltas[0],
            reserved_delta=deltas[1],
            allocated_delta=deltas[2],
            on_hand_after=0,
            reserved_after=0,
            allocated_after=0,
        )
        for number, (kind, deltas) in enumerate(product(SIGNS, product((-1, 0, 1), repeat=3)))
    )

    report = books.verify([rule for rule in books.all_rules() if rule.code == "inventory.kinds"])

    refused = {found.row["movement"] for found in report.violations}
    allowed = {kind: set() for kind in SIGNS}
    for move in StockMovement.objects.exclude(pk__in=refused):
        allowed[move.kind].add((move.on_hand_delta, move.reserved_delta, move.allocated_delta))
    assert allowed == SIGNS


def test_pieces_of_two_items_that_outweigh_each_other_are_found(world):
    sql(f"UPDATE inventory_stocklevel SET on_hand = on_hand + CASE WHEN item_id = {MUG} THEN 1 ELSE -1 END")

    assert len(contradictions("inventory.on_hand", besides={"inventory.last_movement"})) == 2


@pytest.mark.parametrize("figure", ["on_hand", "reserved", "allocated"])
def test_the_database_refuses_a_figure_below_zero(world, figure):
    with pytest.raises(IntegrityError), transaction.atomic():
        sql(f"UPDATE inventory_stocklevel SET {figure} = -1")


def test_a_ledger_of_movements_that_can_be_changed_is_found(world):
    unguard("inventory_stockmovement")

    assert contradictions("inventory.movements_append_only") == [
        f"Nothing stops an {act} of inventory_stockmovement: its trigger is gone or switched off."
        for act in ("UPDATE", "DELETE")
    ]


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL switches triggers off")
def test_a_trigger_that_is_switched_off_is_found(world):
    sql("SET CONSTRAINTS ALL IMMEDIATE")

    sql("ALTER TABLE inventory_stockmovement DISABLE TRIGGER USER")

    assert len(contradictions("inventory.movements_append_only")) == 2


def test_an_item_without_movements_and_a_level_of_nothing_contradict_nothing(world):
    item = StockItem.objects.create(sku="NEW-1", label="New")

    item.levels.create(location=world.place)

    assert books.verify().violations == []
