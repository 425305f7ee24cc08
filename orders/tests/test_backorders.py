"""Orders that wait for goods: the newest are held when pieces are missing, the oldest go first when goods come."""

from datetime import date

import pytest
from django.core import mail
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from accounts.tests.factories import StaffFactory
from config.tests.helpers import run_tasks
from inventory import services as inventory
from inventory.models import StockAlert, StockItem, StockLevel
from orders import services as orders
from orders.models import Order, OrderHold
from orders.tasks import send_confirmation
from orders.tests.factories import CartFactory, CartLineFactory, OrderFactory
from orders.tests.test_papers import several
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def mugs():
    """Four orders of two mugs each, settled; two of the ten are left over."""
    found = several("MUG-1", 2, 2, 2, 2, payment_state=Order.PaymentState.CAPTURED)
    run_tasks()
    return found


def shelf():
    return StockLevel.objects.select_related("location").get(item__sku="MUG-1")


def count(left, cause="count"):
    """Somebody counts the shelf."""
    level = shelf()
    inventory.adjust("MUG-1", left - level.on_hand, location=level.location, cause=cause, reason="Counted")
    run_tasks()


def receive(quantity, cause="paper"):
    inventory.receive("MUG-1", quantity, location=shelf().location, cause=cause)
    run_tasks()


def held(found):
    """Which of the orders are held, by their place in the list."""
    return [
        place
        for place, order in enumerate(found, start=1)
        if OrderHold.objects.open().filter(order=order, kind=OrderHold.Kind.STOCK_SHORT).exists()
    ]


# --- holds ------------------------------------------------------------------------------------------
def test_a_deficit_holds_the_newest_orders_and_goods_let_the_oldest_of_them_go(mugs):
    count(5)
    assert held(mugs) == [3, 4]
    assert [hold.why for hold in OrderHold.objects.all()] == [
        "1 of MUG-1 are missing.",
        "2 of MUG-1 are missing.",
    ]

    receive(1)
    assert held(mugs) == [4]

    receive(2, "paper 2")
    assert held(mugs) == []
    assert StockAlert.objects.get(kind="deficit").closed_at


def test_a_held_order_is_not_shipped_and_the_others_are(mugs):
    count(5)

    with pytest.raises(orders.CannotShip, match="2 of MUG-1 are missing"):
        orders.ship(mugs[3], {1: 2}, key="parcel 4")
    orders.ship(mugs[0], {1: 2}, key="parcel 1")
    run_tasks()

    assert held(mugs) == [3, 4]


def test_an_older_order_that_is_cancelled_lets_a_newer_one_go(mugs):
    count(6)
    assert held(mugs) == [4]

    orders.cancel(mugs[0], key="cancellation", reason="Changed their mind")
    run_tasks()

    assert held(mugs) == []


def test_a_held_order_that_is_cancelled_is_held_no_longer(mugs):
    count(6)

    orders.cancel(mugs[3], key="cancellation", reason="Tired of waiting")
    run_tasks()

    assert held(mugs) == []


def test_what_falls_short_twice_is_held_twice(mugs):
    count(6)
    receive(2)
    assert held(mugs) == []

    count(7, "count 2")

    assert held(mugs) == [4]
    assert OrderHold.objects.filter(order=mugs[3]).count() == 2


def test_backorders_that_are_allowed_hold_nobody(mugs):
    level = shelf()
    type(level.item).objects.filter(pk=level.item_id).update(backorder_limit=2)

    count(6)
    assert held(mugs) == []
    count(5, "count 2")

    assert held(mugs) == [4]


def test_an_order_is_let_go_when_nothing_of_it_is_missing(mugs):
    """Two things of one order are short; one comes."""
    both = OrderFactory(
        lines=[
            {"variant": mugs[0].lines.get().variant, "quantity": 2},
            {"variant__stock_item__sku": "CUP-1", "quantity": 1},
        ]
    )
    cups = StockLevel.objects.get(item__sku="CUP-1")
    count(9)
    inventory.adjust("CUP-1", -cups.on_hand, location=cups.location, cause="count of cups", reason="Counted")
    run_tasks()
    assert held([both]) == [1]

    receive(1)
    assert held([both]) == [1]
    inventory.receive("CUP-1", 1, location=cups.location, cause="paper 2")
    run_tasks()

    assert held([both]) == []


def test_a_hold_that_nobody_lifted_in_time_is_lifted_by_the_clock(mugs):
    count(6)
    inventory.receive("MUG-1", 2, location=shelf().location, cause="paper")
    DBTaskResult.objects.all().delete()

    assert orders.release_held() == 1
    assert orders.release_held() == 0
    assert held(mugs) == []


def test_sharing_out_again_changes_nothing(mugs):
    count(6)

    for _ in range(3):
        assert orders.follow_shortage(shelf().item_id) == 0
    assert OrderHold.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_orders_are_let_go_after_those_that_are_held_are_written(mugs):
    """The newer one is held first: an older one must not be locked in the same transaction."""
    count(6)
    assert held(mugs) == [4]
    cups = OrderFactory(lines=[{"variant__stock_item__sku": "CUP-1", "quantity": 2}])
    level = StockLevel.objects.get(item__sku="CUP-1")
    inventory.adjust("CUP-1", -level.on_hand, location=level.location, cause="lost", reason="Lost")
    inventory.receive("MUG-1", 2, location=shelf().location, cause="paper")

    with CaptureQueriesContext(connection) as asked:
        assert orders.follow_shortage(level.item_id) == 2

    did = [query["sql"] for query in asked]
    first = next(at for at, sql in enumerate(did) if sql.startswith('INSERT INTO "orders_orderhold"'))
    then = next(at for at, sql in enumerate(did) if sql.startswith('UPDATE "orders_orderhold"'))
    assert "COMMIT" in did[first:then]
    assert held([*mugs, cups]) == [5]


# --- backorders -------------------------------------------------------------------------------------
@pytest.fixture
def waiting():
    """Three orders of two mugs; three mugs came, six are promised, and that is allowed."""
    found = several("MUG-1", 2, 2, 2, payment_state=Order.PaymentState.CAPTURED)
    level = shelf()
    type(level.item).objects.filter(pk=level.item_id).update(backorder_limit=5)
    count(3)
    return found


def waits(found):
    return [orders.waits_by_line(order) for order in found]


def test_a_line_says_how_many_of_it_wait(waiting, django_assert_num_queries):
    assert waits(waiting) == [{}, {1: 1}, {1: 2}]
    assert held(waiting) == []

    receive(9)
    order = Order.objects.prefetch_related("lines").get(pk=waiting[2].pk)
    with django_assert_num_queries(1):
        assert orders.waits_by_line(order) == {}


def test_what_is_not_there_is_not_shipped(waiting):
    said = "MUG-1: 1 pieces lie on the shelf for this order; 1 wait for goods."
    with pytest.raises(orders.CannotShip, match=said):
        orders.ship(waiting[1], {1: 2}, key="parcel 1")

    orders.ship(waiting[1], {1: 1}, key="parcel 2")

    assert orders.why_nothing_there(waiting[1]) == "All that is left of it waits for goods."
    assert waits(waiting) == [{}, {1: 1}, {1: 2}]


def test_the_newest_cannot_take_what_lies_there_for_the_oldest(waiting):
    with pytest.raises(orders.CannotShip, match="MUG-1: 0 pieces lie on the shelf"):
        orders.ship(waiting[2], {1: 1}, key="parcel 1")

    assert shelf().on_hand == 3


def test_what_arrives_fills_the_oldest_first(waiting):
    receive(2)
    assert waits(waiting) == [{}, {}, {1: 1}]

    orders.ship(waiting[1], {1: 2}, key="parcel 1")
    receive(1, "paper 2")

    assert waits(waiting) == [{}, {}, {}]
    orders.ship(waiting[2], {1: 2}, key="parcel 2")


# --- what customers read ----------------------------------------------------------------------------
def test_the_order_says_what_is_on_backorder_and_when_it_is_expected(client, waiting):
    page = client.get(waiting[1].get_absolute_url()).content.decode()
    assert "1 on backorder" in page
    assert "Some of it is on backorder: it ships when it has come in." in page

    StockItem.objects.update(expected_on=date(2099, 3, 4))
    assert "expected on 4 March 2099" in client.get(waiting[1].get_absolute_url()).content.decode()
    StockItem.objects.update(expected_on=date(2020, 3, 4))
    assert "expected on" not in client.get(waiting[1].get_absolute_url()).content.decode()
    assert "on backorder" not in client.get(waiting[0].get_absolute_url()).content.decode()


def test_the_confirmation_says_that_something_is_on_backorder(waiting):
    send_confirmation.enqueue(waiting[2].pk)
    run_tasks()

    assert "Some of it is on backorder" in mail.outbox[-1].body


@pytest.mark.parametrize(
    ("quantity", "words"), [(1, ""), (3, "2 on backorder: they ship later"), (2, "1 on backorder: it")]
)
def test_the_cart_says_what_is_on_backorder(quantity, words):
    variant = VariantFactory(stock=1, stock_item__backorder_limit=5)
    cart = CartFactory()
    CartLineFactory(cart=cart, variant=variant, quantity=quantity)

    (line,) = orders.price_cart(cart).lines
    (quoted,) = orders.make_quote(cart, country="DE").lines

    assert line.on_backorder == quoted.on_backorder == quantity - 1
    said = render_to_string("orders/_cart_line.html", {"row": line})
    assert words in said
    assert bool(words) == ("on backorder" in said)


# --- the console ------------------------------------------------------------------------------------
def test_the_console_says_what_waits_and_who_is_held(client, mugs):
    client.force_login(StaffFactory(is_superuser=True))
    count(5)
    level = shelf()

    for page in (
        reverse("admin:inventory_stockitem_change", args=[level.item_id]),
        reverse("admin:inventory_stocklevel_change", args=[level.pk]),
        reverse("admin:inventory_stockalert_change", args=[StockAlert.objects.get(kind="deficit").pk]),
    ):
        said = client.get(page).content.decode()
        held_ones = said[said.index("Orders that are held") :]
        assert held_ones.index(mugs[2].number) < held_ones.index(mugs[3].number)
        assert mugs[1].number not in held_ones
    order = client.get(reverse("admin:orders_order_change", args=[mugs[3].pk]))
    (lines,) = [panel for panel in order.context["panels"] if panel.title == "Lines"]
    assert lines.rows[0][lines.columns.index("Waiting")] == 2


# --- races ------------------------------------------------------------------------------------------
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs a server")
def test_many_who_hold_and_let_go_at_once_end_right():
    from inventory.tests.test_alerts import all_at_once

    found = several("MUG-1", 2, 2, 2, 2, payment_state=Order.PaymentState.CAPTURED)
    run_tasks()
    level = shelf()
    inventory.adjust("MUG-1", 5 - level.on_hand, location=level.location, cause="count", reason="Counted")

    def come(number):
        return lambda: inventory.receive("MUG-1", 1, location=level.location, cause=f"paper {number}")

    follow = [lambda: orders.follow_shortage(level.item_id)] * 6
    all_at_once([come(1), *follow[:3], come(2), *follow[3:]])
    run_tasks()

    assert held(found) == [4]
    assert OrderHold.objects.open().count() == 1
