"""Backorders: promised beyond the shelf, filled by what arrives, the oldest first."""

import pytest
from django.urls import reverse

from inventory import services
from inventory.models import Backorder
from inventory.tests.factories import LocationFactory
from inventory.tests.test_admin import address, staff
from inventory.tests.test_alerts import adjust, make_level, promise

pytestmark = pytest.mark.django_db


def line(number):
    return f"order T-{number} line 1"


def waits(level):
    """Line, how many wait, how many of them beyond the limit; in the order in which they are filled."""
    return [(wait.reference, wait.pieces, wait.beyond) for wait in services.waiting([level.item_id])]


@pytest.fixture
def level():
    """Two on the shelf and five backorders allowed: orders 1 to 3 took two each, so that four wait."""
    level = make_level(on_hand=2, backorder_limit=5, sku="MUG-1")
    for number in (1, 2, 3):
        promise(level, 2, line(number))
    return level


def receive(level, quantity, cause="paper 1"):
    services.receive(level.item.sku, quantity, location=level.location, cause=cause)


def test_what_lies_there_is_for_the_oldest(level):
    assert waits(level) == [(line(2), 2, 0), (line(3), 2, 0)]


def test_what_arrives_fills_the_oldest_first(level):
    receive(level, 1)
    assert waits(level) == [(line(2), 1, 0), (line(3), 2, 0)]

    receive(level, 2, "paper 2")
    assert waits(level) == [(line(3), 1, 0)]

    receive(level, 9, "paper 3")
    assert waits(level) == []


def test_what_was_cancelled_makes_room_for_the_next(level):
    services.deallocate(line(1), cause="cancellation 1")

    assert waits(level) == [(line(3), 2, 0)]


def test_beyond_the_limit_the_newest_are_short(level):
    adjust(level, -2)

    assert waits(level) == [(line(1), 2, 0), (line(2), 2, 0), (line(3), 2, 1)]


def test_what_is_held_for_a_checkout_stands_behind_all_orders():
    level = make_level(on_hand=3, backorder_limit=0)
    services.reserve({level.item.sku: 2}, reference="checkout 9", expires_at="2030-01-01T00:00Z")
    promise(level, 1, line(1))
    adjust(level, -2)

    assert waits(level) == []


def test_each_place_fills_its_own_promises():
    level = make_level(on_hand=2)
    other = LocationFactory(code="other", priority=20)
    services.receive(level.item.sku, 5, location=other, cause="paper 1")
    promise(level, 4, line(1))
    promise(level, 3, line(2))
    adjust(level, -1)

    assert waits(level) == [(line(1), 1, 1)]


def test_one_query_when_nothing_waits(django_assert_num_queries):
    level = make_level(on_hand=5)
    promise(level, 5, line(1))
    item = level.item_id

    with django_assert_num_queries(1):
        assert services.waiting([item]) == []
    with django_assert_num_queries(1):
        assert services.waits_of([line(1)]) == {}


def test_the_queue_of_the_console_is_the_same_queue(client, level):
    client.force_login(staff("view_backorder", "view_stockitem", "view_stocklevel"))
    receive(level, 1)

    page = client.get(reverse("admin:inventory_backorder_changelist"))

    desk = page.context["cl"].model_admin
    rows = page.context["cl"].result_list
    assert [(row.reference, desk.waits(row)) for row in rows] == [(line(2), 1), (line(3), 2)]
    assert [row.reference for row in Backorder.objects.order_by("pk")] == [line(2), line(3)]
    found = client.get(reverse("admin:inventory_backorder_changelist"), {"q": line(3)})
    assert [desk.waits(row) for row in found.context["cl"].result_list] == [2]


def test_what_suppliers_have_announced_is_expected(client, level):
    client.force_login(staff("view_backorder", "view_stockitem", "view_stocklevel"))
    receipt = services.expect_receipt({"MUG-1": 12}, location=level.location, supplier="A")
    services.receive_against(receipt, {"MUG-1": 2}, key="1")

    for page in (address(level.item), reverse("admin:inventory_backorder_changelist")):
        assert "10 announced" in client.get(page).content.decode()


@pytest.mark.parametrize(
    ("expected_on", "words"),
    [("", "nobody has said"), ("2026-01-02", "2 Jan 2026, late"), ("2099-03-04", "4 Mar 2099")],
)
def test_the_item_says_who_waits_and_when_goods_should_come(client, level, expected_on, words):
    client.force_login(staff("view_stockitem", "change_stockitem", "view_stocklevel"))
    client.post(address(level.item), {"backorder_limit": 5, "expected_on": expected_on})

    page = client.get(address(level.item)).content.decode()

    assert "Who waits for it, the oldest first" in page
    assert words in page
    assert page.index(line(2)) < page.index(line(3))
