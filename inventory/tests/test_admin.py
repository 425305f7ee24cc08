"""The shelf in the console: it explains its figures, and two forms change them, once each."""

import re

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse

from inventory import services as inventory
from inventory.models import StockItem, StockLevel, StockMovement
from inventory.tests.factories import LocationFactory, StockItemFactory, StockLevelFactory

KEY = "0123456789abcdef"


@pytest.fixture
def level(db):
    return StockLevelFactory(item__sku="MUG-1", on_hand=47, location__name="Main")


def staff(*permissions, **fields):
    user = get_user_model().objects.create_user("staff@example.com", is_staff=True, **fields)
    for permission in permissions:
        user.user_permissions.add(Permission.objects.get(codename=permission))
    return user


@pytest.fixture
def keeper(client, level):
    """A client signed in as somebody of the warehouse."""
    client.force_login(
        staff("receive_stock", "adjust_stock", "view_stocklevel", "view_stockitem", "view_stockmovement")
    )
    return client


def address(row, page="change"):
    return reverse(f"admin:inventory_{row._meta.model_name}_{page}", args=[row.pk])


def receipt(level, **fields):
    return {"location": level.location_id, "quantity": 5, "reason": "DN-7", "key": KEY, **fields}


def correction(level, **fields):
    return {"location": level.location_id, "difference": -2, "reason": "Broken", "key": KEY, **fields}


def on_hand(level):
    level.refresh_from_db()
    return level.on_hand


# --- receive ----------------------------------------------------------------------------------------
def test_receiving_says_first_what_it_will_do(keeper, level):
    page = keeper.post(address(level, "receive"), receipt(level)).content.decode()

    assert "On hand at Main: 47 → 52" in page
    assert on_hand(level) == 47


def test_receiving_books_a_movement_and_says_who(keeper, level):
    answer = keeper.post(address(level, "receive"), receipt(level, confirmed=1), follow=True)

    assert answer.redirect_chain == [(address(level), 302)]
    assert "MUG-1 at Main: 47 → 52." in answer.content.decode()
    move = StockMovement.objects.latest("pk")
    assert (move.kind, move.on_hand_delta, move.on_hand_after, move.reason, str(move.actor)) == (
        "receive",
        5,
        52,
        "DN-7",
        "staff@example.com",
    )


def test_pressing_twice_books_once(keeper, level):
    keeper.post(address(level, "receive"), receipt(level, confirmed=1))
    again = keeper.post(address(level, "receive"), receipt(level, confirmed=1), follow=True)

    assert on_hand(level) == 52
    assert "This was booked before; the stock was not moved again." in again.content.decode()


def test_each_form_has_a_key_of_its_own(keeper, level):
    keys = {
        re.search(
            r'name="key" value="([0-9a-f]{16})"', keeper.get(address(level, "receive")).content.decode()
        )[1]
        for _ in range(3)
    }

    assert len(keys) == 3


def test_an_item_that_lies_nowhere_can_be_received(keeper, level):
    item = StockItemFactory()

    keeper.post(address(item, "receive"), receipt(level, confirmed=1))

    assert StockLevel.objects.get(item=item).on_hand == 5


# --- adjust -----------------------------------------------------------------------------------------
def test_adjusting_needs_a_reason(keeper, level):
    answer = keeper.post(address(level, "adjust"), correction(level, reason=" ", confirmed=1))

    assert answer.status_code == 422
    assert on_hand(level) == 47


def test_adjusting_books_the_difference_with_its_reason(keeper, level):
    keeper.post(address(level, "adjust"), correction(level, confirmed=1))

    move = StockMovement.objects.latest("pk")
    assert (move.kind, move.on_hand_delta, move.on_hand_after, move.reason) == ("adjust", -2, 45, "Broken")


def test_a_shelf_cannot_be_adjusted_below_nothing(keeper, level):
    answer = keeper.post(address(level, "adjust"), correction(level, difference=-48, confirmed=1))

    assert answer.status_code == 409
    assert "Main holds fewer than 48 of MUG-1." in answer.content.decode()
    assert on_hand(level) == 47


@pytest.mark.parametrize("act", ["receive", "adjust"])
def test_the_trail_keeps_before_and_after(keeper, level, act):
    given = receipt(level) if act == "receive" else correction(level)

    keeper.post(address(level, act), {**given, "confirmed": 1})

    entry = apps.get_model("accounts", "AuditEntry").objects.get()
    after = 52 if act == "receive" else 45
    assert (str(entry.actor), entry.act, entry.subject) == (
        "staff@example.com",
        f"{act} stock",
        "stock item MUG-1",
    )
    assert entry.before == {"location": "main", "on_hand": 47}
    assert entry.after == {"location": "main", "on_hand": after, "reason": given["reason"]}


def test_a_trail_that_cannot_be_written_moves_no_stock(keeper, level, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("no trail")

    monkeypatch.setattr("config.console.audit", fail)

    with pytest.raises(RuntimeError):
        keeper.post(address(level, "receive"), receipt(level, confirmed=1))

    assert on_hand(level) == 47


# --- who --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("act", ["receive", "adjust"])
@pytest.mark.parametrize("permissions", [(), ("view_stocklevel",), ("change_stockitem",)])
def test_without_the_right_nothing_is_moved(client, level, act, permissions):
    client.force_login(staff(*permissions))
    given = receipt(level) if act == "receive" else correction(level)

    assert client.get(address(level, act)).status_code == 403
    assert client.post(address(level, act), {**given, "confirmed": 1}).status_code == 403
    assert on_hand(level) == 47


def test_who_may_only_look_sees_no_buttons(client, level):
    client.force_login(staff("view_stocklevel"))

    page = client.get(address(level)).content.decode()

    assert address(level, "receive") not in page
    assert "Which movements made it" not in page


def test_customers_do_not_come_in(client, level):
    client.force_login(get_user_model().objects.create_user("c@example.com"))

    assert client.get(address(level, "receive")).status_code in {302, 403}


# --- what a level's page explains -------------------------------------------------------------------
def test_a_level_tells_which_movements_made_it(keeper, level):
    inventory.adjust(
        "MUG-1", -3, location=level.location, cause="adjustment 1", reason="<i>Broken</i>", by=None
    )

    page = keeper.get(address(level)).content.decode()

    assert "−3 → 44" in page
    assert "+47 → 47" in page
    assert "&lt;i&gt;Broken&lt;/i&gt;" in page


def test_a_level_tells_who_holds_it(keeper, level):
    from django.utils import timezone

    inventory.reserve({"MUG-1": 2}, reference="checkout T-1", expires_at=timezone.now())
    inventory.reserve({"MUG-1": 3}, reference="checkout T-2", expires_at=timezone.now())
    inventory.allocate("checkout T-2", to={"MUG-1": "order T-2 line 1"})

    page = keeper.get(address(level)).content.decode()

    assert f'<a href="{reverse("admin:orders_checkout_named", args=["T-1"])}">checkout T-1</a>' in page
    assert f'<a href="{reverse("admin:orders_order_named", args=["T-2"])}">order T-2 line 1</a>' in page


def test_no_form_of_the_console_writes_a_figure(keeper, level):
    answer = keeper.post(address(level), {"on_hand": 999, "reserved": 1, "allocated": 1})

    assert answer.status_code == 403
    assert on_hand(level) == 47


def test_the_list_finds_what_is_low(client, level, settings):
    client.force_login(staff(is_superuser=True))
    low, out = (
        StockLevelFactory(on_hand=settings.LOW_STOCK_THRESHOLD),
        StockLevelFactory(item__low_stock_threshold=0),
    )
    StockLevelFactory(location=LocationFactory(code="damaged", is_sellable=False))

    def found(query):
        page = client.get(reverse("admin:inventory_stocklevel_changelist") + query)
        return {row.pk for row in page.context["cl"].result_list}

    assert found("?shelf=low") == {low.pk, out.pk}
    assert found("?shelf=out") == {out.pk}
    assert found("?q=MUG-1") == {level.pk}


def test_a_stock_item_is_found_by_its_sku(keeper, level):
    named = reverse("admin:inventory_stockitem_named", args=["MUG-1"])

    assert keeper.get(named).url == address(level.item)
    assert keeper.get(named.replace("MUG-1", "NONE")).status_code == 404


def test_the_item_keeps_its_sku_and_takes_a_threshold(client, level):
    client.force_login(staff(is_superuser=True))

    client.post(address(level.item), {"sku": "OTHER", "low_stock_threshold": 3, "backorder_limit": 2})

    assert list(StockItem.objects.values_list("sku", "low_stock_threshold", "backorder_limit")) == [
        ("MUG-1", 3, 2)
    ]


# --- nonsense ---------------------------------------------------------------------------------------
ODD = ["", "abc", "0", "-1", "1.5", str(10**30), "NaN", "inf", "9" * 5000, "１２", "'; --", "\ud800"]


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize("field", ["quantity", "difference", "location", "key"])
def test_odd_values_move_nothing(keeper, level, field, value):
    for act, given in (("receive", receipt(level)), ("adjust", correction(level))):
        if field in given:
            answer = keeper.post(
                address(level, act),
                {**given, field: value.encode("utf-8", "replace").decode(), "confirmed": 1},
            )
            assert answer.status_code in {302, 400, 422}
    if not (field == "quantity" and value == "１２") and not (
        field == "difference" and value in {"-1", "１２"}
    ):
        assert on_hand(level) == 47


def test_long_reasons_are_refused(keeper, level):
    assert keeper.post(address(level, "adjust"), correction(level, reason="x" * 201)).status_code == 422


def test_a_shelf_holds_no_more_than_the_database_can_count(keeper, level, monkeypatch):
    monkeypatch.setattr("inventory.acts.MOST_ON_HAND", 50)

    answer = keeper.post(address(level, "receive"), receipt(level, confirmed=1))

    assert answer.status_code == 422
    assert on_hand(level) == 47
