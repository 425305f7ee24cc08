"""What was sold: on which day, less what was credited, and who may see it."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.tests.factories import StaffFactory
from config.period import Period
from config.tests.world import balanced_world, placed_order
from orders import services as orders
from orders.models import Order, OrderLine
from orders.services import figures

DAY = Period.between(date(2026, 7, 2), date(2026, 7, 2))


@pytest.fixture
def world(db):
    """One order of two mugs for 19.99 and delivery for 4.90, placed half an hour after midnight in Berlin."""
    world = balanced_world()
    place(world.order, datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    orders.issue_invoice(world.order)
    return world


def place(order, at):
    Order.objects.filter(pk=order.pk).update(placed_at=at)


def test_an_order_counts_on_the_shops_day_with_all_that_it_costs(world):
    assert figures.sales(DAY) == figures.Sales(1, 4488, 0)
    assert figures.sales(DAY.before) == figures.Sales()


def test_what_was_credited_is_taken_off_the_day_of_the_order(world):
    orders.issue_credit_note(world.order, amount=1000, reason="Scratched", key="odd")

    assert figures.sales(DAY) == figures.Sales(1, 4488, 1000)
    assert figures.sales(DAY).net == 3488


@pytest.mark.parametrize(
    "lost", [{"state": "cancelled"}, {"payment_state": "voided"}, {"payment_state": "expired"}]
)
@pytest.mark.broken_books
def test_orders_that_came_to_nothing_count_nowhere(world, lost):
    Order.objects.update(**lost)

    assert figures.sales(DAY) == figures.Sales()
    assert figures.best_sellers(DAY) == []


@pytest.mark.broken_books
def test_steps_add_up_to_the_whole(world):
    place(placed_order(world.cup, 1), datetime(2026, 7, 3, 10, tzinfo=UTC))
    period = Period.between(date(2026, 7, 1), date(2026, 7, 31))

    for step in ("day", "week", "month"):
        each = figures.sales_by_step(period.by(step))
        assert sum(part.orders for part in each.values()) == 2
        assert sum(part.net for part in each.values()) == figures.sales(period).net
    assert [part.orders for part in figures.sales_by_step(period).values()][:4] == [0, 1, 1, 0]


def test_hours_of_a_day_are_told_apart(world):
    assert [part.orders for part in figures.sales_by_step(DAY).values()] == [1] + [0] * 23


@pytest.mark.broken_books
def test_best_sellers_are_pieces_that_stayed_sold(world):
    place(placed_order(world.cup, 3), datetime(2026, 7, 2, 10, tzinfo=UTC))
    OrderLine.objects.filter(sku="CUP-1").update(cancelled=1)

    found = [(each.sku, each.pieces, each.value) for each in figures.best_sellers(DAY)]

    assert found == [("CUP-1", 2, 1000), ("MUG-1", 2, 3998)]


def test_stock_is_worth_what_customers_would_pay(world):
    held = figures.stock_value()

    assert (held.pieces, held.value) == (94, 47 * 1999 + 47 * 500)
    assert (held.promised, held.promised_value) == (3, 2 * 1999 + 500)


# --- the front page -----------------------------------------------------------------------------------
def front_page(client, *permissions, **query):
    user = StaffFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return client.get(reverse("admin:index"), query)


def titles(answer):
    return [card.title for card in answer.context.get("cards", [])]


def test_figures_of_money_are_for_those_who_may_see_them(client, world):
    assert titles(front_page(client, "view_stocklevel")) == []
    assert titles(front_page(client, "view_order")) == ["Shipped"]
    assert titles(front_page(client, "view_order", "see_figures")) == [
        *("Sales", "Best sellers", "Shipped", "Money", "Stock, now")
    ]


def test_a_chart_has_its_table_behind_it_and_says_what_sales_are(client, world):
    page = front_page(client, "see_figures", since="2026-07-01", until="2026-07-31").content.decode()

    assert "€44.88" in page
    assert page.count("chart-picture") == 2
    assert "<details" in page
    assert "Sales are the totals of the orders placed in these days" in page


def test_days_that_make_no_sense_are_refused_with_a_sentence(client, world):
    answer = front_page(client, "see_figures", since="2026-07-31", until="2026-07-01")

    assert answer.status_code == 422
    assert "The last day must not be before the first." in answer.content.decode()


def test_the_front_page_costs_the_same_however_much_was_sold(client, world, django_assert_max_num_queries):
    for _ in range(3):
        placed_order(world.cup, 1)
    front_page(client, "see_figures", "view_order")

    with django_assert_max_num_queries(20):
        client.get(reverse("admin:index"), {"period": "12m"})


def test_what_is_urgent_comes_first(client, world):
    urgencies = [
        each.urgency
        for each in front_page(client, "view_order", "view_finding", "view_stocklevel").context["waiting"]
    ]

    assert len(set(urgencies)) > 1
    assert urgencies == sorted(urgencies)
