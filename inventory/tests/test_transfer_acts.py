"""Transfers, damaged goods and write-offs in the console: said first, booked once, audited; noes beside the field."""

import pytest
from django.apps import apps
from django.urls import reverse

from inventory import services as inventory
from inventory.models import Location, StockLevel, StockMovement
from inventory.tests.factories import LocationFactory, StockLevelFactory
from inventory.tests.test_admin import KEY, ODD, address, staff

TOMORROW = "2030-01-01T00:00Z"

pytestmark = pytest.mark.any_database


@pytest.fixture
def level(db):
    return StockLevelFactory(item__sku="MUG-1", on_hand=5, location__name="Main")


@pytest.fixture
def floor(db):
    return LocationFactory(code="floor", name="Floor")


@pytest.fixture
def broken(db):
    return LocationFactory(code="damaged", name="Damaged", is_sellable=False, is_damaged=True, priority=90)


@pytest.fixture
def keeper(client, db):
    client.force_login(
        staff("transfer_stock", "write_off_stock", "view_stocklevel", "view_stockitem", "view_stockmovement")
    )
    return client


def carry(level, target, **fields):
    return {
        "source": level.location_id,
        "target": target.pk,
        "quantity": 2,
        "reason": "For the window",
        "key": KEY,
        **fields,
    }


def figures():
    return dict(StockLevel.objects.values_list("location__code", "on_hand"))


@pytest.mark.parametrize("page_of", ["level", "item"])
def test_a_transfer_says_first_what_it_will_do_then_does_it_once(keeper, level, floor, page_of):
    page = address(level if page_of == "level" else level.item, "transfer")

    first = keeper.post(page, carry(level, floor))
    assert "On hand at Main: 5 → 3, at Floor: 0 → 2." in first.content.decode()
    assert figures() == {"main": 5}
    done = keeper.post(page, carry(level, floor, confirmed=1), follow=True)
    again = keeper.post(page, carry(level, floor, confirmed=1), follow=True)

    assert "MUG-1: 3 at Main, 2 at Floor." in done.content.decode()
    assert "booked before" in again.content.decode()
    assert figures() == {"main": 3, "floor": 2}
    entry = apps.get_model("accounts", "AuditEntry").objects.get()
    assert (entry.act, entry.subject) == ("transfer stock", "stock item MUG-1")
    assert entry.before == {"main": 5, "floor": 0}
    assert entry.after == {"main": 3, "floor": 2, "reason": "For the window"}


def test_the_preview_says_what_can_be_sold_no_longer(keeper, level, broken):
    page = keeper.post(address(level, "transfer"), carry(level, broken)).content.decode()

    assert "2 can be sold no longer." in page


def test_more_than_is_free_is_refused_beside_the_field(keeper, level, floor):
    inventory.reserve({"MUG-1": 4}, reference="checkout 1", expires_at=TOMORROW)

    answer = keeper.post(address(level, "transfer"), carry(level, floor))

    assert answer.status_code == 422
    assert "Only 1 can be taken from Main" in str(answer.context["form"].errors["quantity"])


def test_the_last_free_pieces_that_go_in_between_answer_with_409(keeper, level, floor, monkeypatch):
    inventory.reserve({"MUG-1": 4}, reference="checkout 1", expires_at=TOMORROW)
    monkeypatch.setattr("inventory.transfer_acts.free_at", lambda item, place: 5)

    answer = keeper.post(address(level, "transfer"), carry(level, floor, confirmed=1))

    assert answer.status_code == 409
    assert "fewer than 2 of MUG-1 that are free" in answer.content.decode()


def test_a_transfer_to_the_same_place_is_refused_beside_the_field(keeper, level):
    answer = keeper.post(address(level.item, "transfer"), carry(level, level.location))

    assert "another place" in str(answer.context["form"].errors["target"])


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize("field", ["quantity", "source", "target", "key"])
def test_odd_values_move_nothing(keeper, level, floor, field, value):
    given = carry(level, floor, confirmed=1)
    answer = keeper.post(
        address(level, "transfer"), {**given, field: value.encode("utf-8", "replace").decode()}
    )

    assert answer.status_code in {400, 422}
    assert figures() == {"main": 5}


def test_a_shelf_holds_no_more_than_the_database_can_count(keeper, level, floor, monkeypatch):
    monkeypatch.setattr("inventory.transfer_acts.MOST_ON_HAND", 1)

    assert keeper.post(address(level, "transfer"), carry(level, floor, confirmed=1)).status_code == 422
    assert figures() == {"main": 5}


@pytest.mark.parametrize("act", ["transfer", "damaged", "write_off"])
@pytest.mark.parametrize("permissions", [(), ("view_stocklevel",)])
def test_without_the_right_nothing_is_moved(client, level, broken, act, permissions):
    client.force_login(staff(*permissions))
    given = carry(level, broken, confirmed=1)

    assert client.get(address(level, act)).status_code == 403
    assert client.post(address(level, act), given).status_code == 403
    assert figures() == {"main": 5}


# --- what broke ---------------------------------------------------------------------------------------
def test_what_broke_is_moved_with_a_reason_and_written_off_from_there(keeper, level, broken):
    nothing_said = keeper.post(address(level, "damaged"), carry(level, broken, reason=" ", confirmed=1))
    assert nothing_said.status_code == 422
    keeper.post(address(level, "damaged"), carry(level, broken, reason="Chipped", confirmed=1))
    there = StockLevel.objects.get(location=broken)
    given = {"quantity": 1, "reason": "Cannot be repaired", "key": KEY}

    first = keeper.post(address(there, "write_off"), given)
    assert "On hand at Damaged: 2 → 1" in first.content.decode()
    for _ in range(2):
        keeper.post(address(there, "write_off"), {**given, "confirmed": 1})

    assert figures() == {"main": 3, "damaged": 1}
    assert StockMovement.objects.latest("pk").reason == "Cannot be repaired"
    acts = apps.get_model("accounts", "AuditEntry").objects.order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["transfer stock", "write off stock"]


def test_buttons_fit_the_place(keeper, level, broken):
    inventory.transfer("MUG-1", 1, source=level.location, target=broken, cause="transfer 1")
    there = StockLevel.objects.get(location=broken)

    on_shelf, among_damaged = (keeper.get(address(row)).content.decode() for row in (level, there))

    assert address(level, "damaged") in on_shelf
    assert address(level, "write_off") not in on_shelf
    assert address(there, "write_off") in among_damaged
    assert address(there, "damaged") not in among_damaged


def test_goods_that_are_not_damaged_are_not_written_off(keeper, level, broken):
    answer = keeper.post(
        address(level, "write_off"), {"quantity": 1, "reason": "Gone", "key": KEY, "confirmed": 1}
    )

    assert answer.status_code == 409
    assert "not for damaged goods" in answer.content.decode()
    assert figures() == {"main": 5}


def test_no_more_is_written_off_than_lies_there(keeper, level, broken):
    inventory.transfer("MUG-1", 1, source=level.location, target=broken, cause="transfer 1")
    there = StockLevel.objects.get(location=broken)

    answer = keeper.post(address(there, "write_off"), {"quantity": 2, "reason": "Gone", "key": KEY})

    assert "Only 1 lie here." in str(answer.context["form"].errors["quantity"])


def test_without_a_place_for_damaged_goods_the_button_says_so(keeper, level):
    answer = keeper.post(address(level, "damaged"), carry(level, level.location, confirmed=1))

    assert answer.status_code == 409
    assert "mark one under Stock, Locations" in answer.content.decode()


def test_goods_that_are_all_promised_are_not_moved_but_counted(keeper, level, broken):
    inventory.reserve({"MUG-1": 5}, reference="checkout 1", expires_at=TOMORROW)

    assert "adjust or count them" in keeper.get(address(level)).content.decode()


def test_a_place_for_damaged_goods_cannot_feed_the_shop(client, broken):
    client.force_login(staff(is_superuser=True))
    page = reverse("admin:inventory_location_change", args=[broken.pk])

    answer = client.post(
        page,
        {"name": "Damaged", "code": "damaged", "is_sellable": "on", "is_damaged": "on", "priority": 90},
    )

    assert "cannot feed the shop" in str(answer.context["adminform"].form.errors["is_damaged"])
    assert not Location.objects.get(pk=broken.pk).is_sellable
