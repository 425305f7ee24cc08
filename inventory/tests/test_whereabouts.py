"""Where things lie, and a promise that moves from one place to another: wholly, once, and only to what is free."""

import pytest
from django.db import transaction

from inventory import services
from inventory.models import Allocation, Location, StockLevel, StockMovement
from inventory.tests.factories import LocationFactory, StockItemFactory, StockLevelFactory

pytestmark = pytest.mark.django_db
TOMORROW = "2030-01-01T00:00Z"
LINE = "order T-1 line 1"


def shelf(**pieces):
    """A mug that lies at these places, the first of them first."""
    item = StockItemFactory(sku="MUG")
    for priority, (code, number) in enumerate(pieces.items()):
        place = LocationFactory(code=code, name=code.title(), priority=priority)
        StockLevelFactory(item=item, location=place, on_hand=number)


@transaction.atomic
def promise(quantity, line=LINE):
    services.reserve({"MUG": quantity}, reference=f"hold {line}", expires_at=TOMORROW)
    services.allocate(f"hold {line}", to={"MUG": line})


def place(code):
    return Location.objects.get(code=code)


def allocated():
    """(on hand, promised) by place."""
    rows = StockLevel.objects.order_by("location__priority").values_list(
        "location__code", "on_hand", "allocated"
    )
    return {code: figures for code, *figures in rows}


def test_a_promise_lies_where_it_was_made_and_others_have_more():
    shelf(main=2, floor=5, damaged=3)
    promise(3)
    Location.objects.filter(code="damaged").update(is_sellable=False)

    assert [str(each) for each in services.promised_at([LINE])[LINE]] == ["2 at Main", "1 at Floor"]
    assert [str(each) for each in services.free_at(["MUG"])["MUG"]] == ["4 at Floor"]


def test_a_promise_moves_to_another_place_and_what_lies_there_stays():
    shelf(main=2, floor=5)
    promise(3)

    assert services.promise_from(LINE, 3, location=place("floor"), cause="parcel 1") == 2
    assert allocated() == {"main": [2, 0], "floor": [5, 3]}
    assert Allocation.objects.pieces() == {"MUG": 3}
    assert services.promise_from(LINE, 3, location=place("floor"), cause="parcel 2") == 0

    services.ship(LINE, 3, cause="parcel 2", location=place("floor"))
    assert allocated() == {"main": [2, 0], "floor": [2, 0]}


def test_only_so_much_moves_as_is_needed_there():
    shelf(main=4, floor=5)
    promise(4)

    services.promise_from(LINE, 1, location=place("floor"), cause="parcel 1")

    assert allocated() == {"main": [4, 3], "floor": [5, 1]}


@pytest.mark.parametrize(
    ("quantity", "code"), [(3, "floor"), (4, "main"), (1, "empty"), (0, "floor"), (1, "broken")]
)
def test_what_is_not_free_or_not_promised_does_not_move(quantity, code):
    shelf(main=3, floor=2, broken=9)
    promise(3)
    LocationFactory(code="empty")
    Location.objects.filter(code="broken").update(is_sellable=False)

    with pytest.raises(services.InventoryError):
        services.promise_from(LINE, quantity, location=place(code), cause="parcel 1")

    assert allocated() == {"main": [3, 3], "floor": [2, 0], "broken": [9, 0]}
    assert not StockMovement.objects.filter(key__startswith="move").exists()


def test_what_lies_there_for_the_line_leaves_first():
    """Main has two pieces left, for an older promise; a third and fourth wait there."""
    shelf(main=4, floor=5)
    promise(2, "order T-0 line 1")
    promise(4)
    services.adjust("MUG", -2, location=place("main"), cause="count", reason="Lost")

    assert services.why_not_from(LINE, 1, place("main")) == (
        "Main has not so many of it: 0 for this order, 0 free."
    )
    assert services.why_not_from(LINE, 4, place("floor")) == ""
    services.ship(LINE, 2, cause="parcel 1")
    assert allocated() == {"main": [2, 4], "floor": [3, 0]}
    services.ship("order T-0 line 1", 2, cause="parcel 2")
    with pytest.raises(services.NotEnough):
        services.ship(LINE, 1, cause="parcel 3")
    assert allocated() == {"main": [0, 2], "floor": [3, 0]}


def test_pieces_leave_only_the_place_that_was_named():
    shelf(main=2, floor=5)
    promise(3)

    with pytest.raises(services.NotEnough):
        services.ship(LINE, 2, cause="parcel 1", location=place("floor"))

    assert allocated() == {"main": [2, 2], "floor": [5, 1]}
