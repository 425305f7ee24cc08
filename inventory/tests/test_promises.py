"""Stock that is held, allocated, shipped or set free: never more than there is, and nothing half."""

from collections import Counter

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory import services
from inventory.models import Allocation, Reservation, StockLevel, StockMovement
from inventory.tests.factories import LocationFactory, StockItemFactory, StockLevelFactory

pytestmark = pytest.mark.django_db
TOMORROW = "2030-01-01T00:00Z"


def shelf(**pieces):
    return {sku: StockLevelFactory(item__sku=sku, on_hand=number) for sku, number in pieces.items()}


def hold(name="checkout 1", **pieces):
    services.reserve(pieces, reference=name, expires_at=TOMORROW)


def promise(line="line 1", **pieces):
    """Hold and allocate, each SKU to its own line."""
    hold(f"hold of {line}", **pieces)
    services.allocate(f"hold of {line}", to={sku: f"{line} {sku}" for sku in pieces})


def figures(sku):
    rows = StockLevel.objects.filter(item__sku=sku).values_list("on_hand", "reserved", "allocated")
    return tuple(map(sum, zip(*rows, strict=True)))


# --- holding ----------------------------------------------------------------------------------------
def test_a_basket_is_held_whole():
    shelf(CUP=5, MUG=2)

    hold(CUP=3, MUG=2)

    assert (figures("CUP"), figures("MUG")) == ((5, 3, 0), (2, 2, 0))
    assert Reservation.objects.pieces() == {"CUP": 3, "MUG": 2}


def test_a_basket_is_refused_whole_and_names_all_that_is_short_or_unknown():
    shelf(CUP=5, MUG=0, POT=1)

    with pytest.raises(services.OutOfStock) as refusal:
        hold(CUP=3, POT=2, MUG=1, NOPE=1)

    assert refusal.value.skus == ["MUG", "NOPE", "POT"]
    assert figures("CUP") == (5, 0, 0)
    assert not Reservation.objects.exists()
    assert not StockMovement.objects.filter(kind="reserve").exists()


@pytest.mark.parametrize("quantity", [0, -1])
def test_nothing_and_less_than_nothing_cannot_be_held(quantity):
    shelf(CUP=5, MUG=5)

    with pytest.raises(services.InventoryError, match="at least 1"):
        hold(MUG=1, CUP=quantity)

    assert figures("MUG") == (5, 0, 0)


def test_a_giant_quantity_is_only_short():
    shelf(CUP=5)

    with pytest.raises(services.OutOfStock):
        hold(CUP=10**30)


def test_a_basket_of_nothing_holds_nothing():
    shelf(CUP=5)

    hold()

    assert figures("CUP") == (5, 0, 0)


def test_places_are_used_in_the_order_of_their_priority():
    item = StockItemFactory(sku="CUP")
    for code, priority, pieces in (("far", 20, 4), ("near", 1, 2), ("hidden", 0, 9)):
        place = LocationFactory(code=code, priority=priority, is_sellable=code != "hidden")
        services.receive("CUP", pieces, location=place, cause=f"receipt {code}")

    hold(CUP=5)

    held = Reservation.objects.filter(item=item).values_list("location__code", "quantity")
    assert dict(held) == {"near": 2, "far": 3}
    with pytest.raises(services.OutOfStock):
        hold("checkout 2", CUP=2)


def test_backorders_go_to_the_limit_and_not_beyond():
    level = shelf(CUP=1)["CUP"]
    level.item.backorder_limit = 2
    level.item.save()

    hold(CUP=2)
    with pytest.raises(services.OutOfStock):
        hold("checkout 2", CUP=2)
    hold("checkout 3", CUP=1)

    assert figures("CUP") == (1, 3, 0)


def test_the_same_checkout_holds_once():
    shelf(CUP=5)
    hold(CUP=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        hold(CUP=1)

    assert figures("CUP") == (5, 1, 0)


# --- setting free -----------------------------------------------------------------------------------
def test_what_is_set_free_is_free_once():
    shelf(CUP=5, MUG=5)
    hold(CUP=3, MUG=1)

    assert services.release("checkout 1", reason="Expired") == 4
    assert services.release("checkout 1") == 0

    assert (figures("CUP"), figures("MUG")) == ((5, 0, 0), (5, 0, 0))
    assert Counter(StockMovement.objects.values_list("kind", flat=True))["release"] == 2


def test_an_unknown_checkout_has_nothing_to_set_free():
    assert services.release("checkout 99") == 0


# --- allocating -------------------------------------------------------------------------------------
def test_what_is_held_becomes_a_promise_to_its_lines():
    shelf(CUP=5, MUG=5)

    promise(CUP=3, MUG=1)

    assert (figures("CUP"), figures("MUG")) == ((5, 0, 3), (5, 0, 1))
    assert dict(Allocation.objects.values_list("reference", "quantity")) == {"line 1 CUP": 3, "line 1 MUG": 1}


def test_what_was_set_free_or_allocated_cannot_be_allocated():
    shelf(CUP=5)
    hold(CUP=1)
    services.release("checkout 1")

    with pytest.raises(services.NotEnough), transaction.atomic():
        services.allocate("checkout 1", to={"CUP": "line 1"})
    promise(CUP=1)
    with pytest.raises(services.NotEnough), transaction.atomic():
        services.allocate("hold of line 1", to={"CUP": "line 2"})

    assert figures("CUP") == (5, 0, 1)


@pytest.mark.parametrize(
    "lines", [{}, {"CUP": "line 1"}, {"CUP": "line 1", "MUG": "line 2", "POT": "line 3"}]
)
def test_lines_that_are_not_those_of_the_hold_get_nothing(lines):
    shelf(CUP=5, MUG=5, POT=5)
    hold(CUP=1, MUG=1)

    with pytest.raises(services.NotEnough), transaction.atomic():
        services.allocate("checkout 1", to=lines)

    assert figures("CUP") == (5, 1, 0)
    services.release("checkout 1")


def test_a_promise_is_taken_back_in_parts_and_wholly():
    shelf(CUP=5)
    promise(CUP=4)

    assert services.deallocate("line 1 CUP", cause="cancellation 1", quantity=1) == 1
    assert services.deallocate("line 1 CUP", cause="cancellation 2") == 3
    assert services.deallocate("line 1 CUP", cause="cancellation 3") == 0

    assert figures("CUP") == (5, 0, 0)


def test_a_cancellation_happens_once():
    shelf(CUP=5)
    promise(CUP=4)
    services.deallocate("line 1 CUP", cause="cancellation 1", quantity=1)

    with pytest.raises(services.AlreadyBooked), transaction.atomic():
        services.deallocate("line 1 CUP", cause="cancellation 1", quantity=1)

    assert figures("CUP") == (5, 0, 3)


def test_more_than_was_promised_is_not_taken_back():
    shelf(CUP=5)
    promise(CUP=2)

    with pytest.raises(services.NotEnough):
        services.deallocate("line 1 CUP", cause="cancellation 1", quantity=3)

    assert figures("CUP") == (5, 0, 2)


# --- shipping ---------------------------------------------------------------------------------------
def test_pieces_leave_the_shelf_in_parts():
    shelf(CUP=5)
    promise(CUP=3)

    services.ship("line 1 CUP", 1, cause="parcel 1")
    services.ship("line 1 CUP", 2, cause="parcel 2")

    assert figures("CUP") == (2, 0, 0)


@pytest.mark.parametrize("act", ["ship", "deallocate"])
@pytest.mark.parametrize("quantity", [0, -1, -(10**9)])
def test_no_act_turns_round_for_a_quantity_below_one(act, quantity):
    """Otherwise a parcel of minus one would put a piece on the shelf, and promise it."""
    shelf(CUP=5)
    promise(CUP=3)

    with pytest.raises(services.InventoryError, match="at least 1"):
        getattr(services, act)("line 1 CUP", quantity=quantity, cause="act 1")

    assert figures("CUP") == (5, 0, 3)
    assert Allocation.objects.get().quantity == 3


def test_more_than_was_promised_does_not_leave():
    shelf(CUP=5)
    promise(CUP=2)

    with pytest.raises(services.NotEnough):
        services.ship("line 1 CUP", 3, cause="parcel 1")

    assert figures("CUP") == (5, 0, 2)
    assert Allocation.objects.get().quantity == 2


def test_a_parcel_leaves_once():
    shelf(CUP=5)
    promise(CUP=3)
    services.ship("line 1 CUP", 1, cause="parcel 1")

    with pytest.raises(services.AlreadyBooked), transaction.atomic():
        services.ship("line 1 CUP", 1, cause="parcel 1")

    assert figures("CUP") == (4, 0, 2)


def test_a_promise_beyond_the_shelf_cannot_be_shipped():
    level = shelf(CUP=1)["CUP"]
    level.item.backorder_limit = 5
    level.item.save()
    promise(CUP=3)

    with pytest.raises(services.NotEnough, match="Not enough on the shelf: CUP"):
        services.ship("line 1 CUP", 2, cause="parcel 1")
    services.ship("line 1 CUP", 1, cause="parcel 2")

    assert figures("CUP") == (0, 0, 2)


# --- what it costs ----------------------------------------------------------------------------------
@pytest.mark.parametrize("number", [3, 50])
def test_each_act_costs_the_same_for_any_number_of_things(number, django_assert_max_num_queries):
    pieces = {StockLevelFactory(on_hand=5).item.sku: 2 for _ in range(number)}

    with django_assert_max_num_queries(9):
        services.reserve(pieces, reference="checkout 1", expires_at=TOMORROW)
    with transaction.atomic(), django_assert_max_num_queries(9):
        services.allocate("checkout 1", to={sku: f"line of {sku}" for sku in pieces})
    services.reserve(pieces, reference="checkout 2", expires_at=TOMORROW)
    with django_assert_max_num_queries(9):
        services.release("checkout 2")


# --- any order of acts ------------------------------------------------------------------------------
SKUS = ["CUP", "MUG"]
QUANTITY = st.integers(-1, 6)
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("receive"), st.sampled_from(SKUS), QUANTITY),
        st.tuples(st.just("adjust"), st.sampled_from(SKUS), st.integers(-6, 6)),
        st.tuples(st.just("reserve"), st.dictionaries(st.sampled_from([*SKUS, "NOPE"]), QUANTITY), st.none()),
        st.tuples(st.just("release"), st.integers(0, 5), st.none()),
        st.tuples(st.just("allocate"), st.integers(0, 5), st.none()),
        st.tuples(st.just("deallocate"), st.integers(0, 5), st.one_of(st.none(), QUANTITY)),
        st.tuples(st.just("ship"), st.integers(0, 5), QUANTITY),
    ),
    max_size=25,
)


class Warehouse:
    """Does acts one after another and knows what was held and allocated so far."""

    def __init__(self):
        self.place, self.holds, self.lines, self.step = LocationFactory(), [], [], 0
        for sku in SKUS:
            StockItemFactory(sku=sku, backorder_limit=2 if sku == "MUG" else 0)

    def act(self, name, what, quantity):
        self.step += 1
        getattr(self, name)(what, quantity, f"act {self.step}")

    def receive(self, sku, quantity, cause):
        services.receive(sku, quantity, location=self.place, cause=cause)

    def adjust(self, sku, delta, cause):
        services.adjust(sku, delta, location=self.place, cause=cause, reason="Counted")

    def reserve(self, pieces, _, cause):
        services.reserve(pieces, reference=cause, expires_at=TOMORROW)
        self.holds.append((cause, list(pieces)))

    def release(self, number, _, cause):
        if number < len(self.holds):
            services.release(self.holds[number][0])

    def allocate(self, number, _, cause):
        if number < len(self.holds):
            hold, skus = self.holds[number]
            services.allocate(hold, to={sku: f"{cause} {sku}" for sku in skus})
            self.lines += [f"{cause} {sku}" for sku in skus]

    def deallocate(self, number, quantity, cause):
        if number < len(self.lines):
            services.deallocate(self.lines[number], cause=cause, quantity=quantity)

    def ship(self, number, quantity, cause):
        if number < len(self.lines):
            services.ship(self.lines[number], quantity, cause=cause)


def everything():
    models = (StockLevel, StockMovement, Reservation, Allocation)
    return [list(model.objects.order_by("pk").values()) for model in models]


def free():
    return {row.item.sku: row.available for row in StockLevel.objects.select_related("item")}


def sums(model, *fields):
    """What the rows of each level add up to."""
    total = Counter()
    for sku, *figures in model.objects.values_list("item__sku", *fields):
        for field, figure in zip(fields, figures, strict=True):
            total[sku, field] += figure
    return total


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(ACTS)
def test_whatever_is_done_in_any_order_the_figures_agree_and_nothing_is_oversold(acts):
    with transaction.atomic():
        warehouse = Warehouse()
        for name, what, quantity in acts:
            before, free_before = everything(), free()
            try:
                with transaction.atomic():
                    warehouse.act(name, what, quantity)
            except services.InventoryError:
                assert everything() == before
            if name == "reserve":
                for sku, pieces in free().items():
                    limit = 2 if sku == "MUG" else 0
                    assert pieces == free_before[sku] or pieces >= -limit
        moved = sums(StockMovement, "on_hand_delta", "reserved_delta", "allocated_delta")
        for level in StockLevel.objects.select_related("item"):
            sku = level.item.sku
            assert level.on_hand == moved[sku, "on_hand_delta"]
            assert (
                level.reserved
                == moved[sku, "reserved_delta"]
                == sums(Reservation, "quantity")[sku, "quantity"]
            )
            assert (
                level.allocated
                == moved[sku, "allocated_delta"]
                == sums(Allocation, "quantity")[sku, "quantity"]
            )
        transaction.set_rollback(True)
