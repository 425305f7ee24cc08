"""Every rule about stock, broken behind the services' backs and found."""

from datetime import UTC, datetime
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction

from config import books
from config.tests.world import balanced_world, contradictions, loosen, sql, unguard, unguarded
from inventory import services as inventory
from inventory.models import StockItem, StockMovement
from inventory.tests.factories import LocationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.broken_books]

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
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


def test_a_deficit_that_no_alert_tells_of_is_found(world):
    inventory.adjust("MUG-1", -46, location=world.place, cause="count", reason="Counted")
    assert contradictions_now() == set()  # the task that raises the alert has not run yet
    with unguarded("inventory_stockmovement"):
        sql(f"UPDATE inventory_stockmovement SET at = %s WHERE item_id = {MUG}", LONG_AGO)

    assert contradictions("inventory.deficits") == [
        "MUG-1: 1 are promised beyond the shelf, 0 are allowed, and no alert says so."
    ]
    inventory.look_at([world.item.pk])

    assert contradictions_now() == set()


def contradictions_now():
    """Of this room's rules: those above may hold orders in their own time."""
    return {found.code for found in books.verify(books.rules_up_to("inventory")).violations}


def test_an_item_without_movements_and_a_level_of_nothing_contradict_nothing(world):
    item = StockItem.objects.create(sku="NEW-1", label="New")

    item.levels.create(location=world.place)

    assert books.verify().violations == []


# --- papers -------------------------------------------------------------------------------------------
@pytest.fixture
def papers(world):
    """A transfer, a receipt that is under way, and a count that was posted; all of MUG-1."""
    world.floor = LocationFactory(code="floor", name="Floor")
    inventory.transfer("MUG-1", 5, source=world.place, target=world.floor, cause="transfer 1")
    world.receipt = inventory.expect_receipt({"MUG-1": 6}, location=world.place, supplier="Pottery")
    inventory.receive_against(world.receipt, {"MUG-1": 4}, key="go 1")
    world.count = inventory.open_count(["MUG-1"], location=world.floor)
    inventory.enter_count(world.count, "MUG-1", 3, by=None)
    inventory.finish_count(world.count)
    inventory.post_count(world.count, by=None)
    assert books.verify().violations == []
    return world


def test_a_transfer_that_does_not_arrive_is_found(papers):
    with unguarded("inventory_stockmovement"):
        sql(
            "UPDATE inventory_stockmovement SET reference = 'transfer 2' WHERE kind = 'transfer' AND on_hand_delta > 0"
        )

    assert contradictions("inventory.transfers") == [
        "transfer 1 of MUG-1: taken and brought add up to -5, not to nothing.",
        "transfer 2 of MUG-1: taken and brought add up to 5, not to nothing.",
    ]


def test_a_receipt_that_says_something_else_than_its_movements_is_found(papers):
    sql("UPDATE inventory_receiptline SET received = 5")

    assert contradictions("inventory.receipts") == [
        f"Receipt {papers.receipt.number}, line 1 (MUG-1): 5 came, it says; its movements brought 4."
    ]


@pytest.mark.parametrize(("came", "state", "different"), [(4, "received", 1), (6, "closed", 0)])
def test_a_receipt_that_hides_or_invents_a_difference_is_found(papers, came, state, different):
    if came > 4:
        inventory.receive_against(papers.receipt, {"MUG-1": came - 4}, key="go 2")
    inventory.close_receipt(papers.receipt)
    sql("UPDATE inventory_receipt SET state = %s", state)

    assert contradictions("inventory.receipts_complete") == [
        f"Receipt {papers.receipt.number} is {state}; {different} of its lines have a difference."
    ]


def test_a_count_that_moved_something_else_than_its_difference_is_found(papers):
    sql("UPDATE inventory_stockcountline SET counted = 4")

    assert contradictions("inventory.counts") == [
        f"Count {papers.count.number} (posted), MUG-1: counted 4 where the books said 5; its 1 movements moved -2."
    ]


def test_a_count_that_moved_without_being_posted_is_found(papers):
    sql("UPDATE inventory_stockcount SET state = 'discarded'")

    assert contradictions("inventory.counts") == [
        f"Count {papers.count.number} (discarded), MUG-1: counted 3 where the books said 5; its 1 movements moved -2."
    ]


def test_a_line_that_stays_open_after_its_count_is_found(papers):
    sql("UPDATE inventory_stockcountline SET is_open = %s", True)

    assert contradictions("inventory.count_lines") == [
        f"Count {papers.count.number} (posted) at Floor, MUG-1: its line does not follow its count."
    ]
