"""One day, closed: what happened, what must agree, and the names of what does not."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import StaffFactory, UserFactory
from config.period import Period
from config.tests.world import balanced_world, book, sql, unguarded
from inventory import services as inventory
from orders import services as orders
from orders.models import Order
from payments import services
from payments.models import Payment
from payments.services import store_credit
from payments.services.day import close
from payments.services.figures import taken


@pytest.fixture
def world(db):
    """Today: two goods received and a piece of each broken; an order of 44.88, invoiced and settled."""
    world = balanced_world()
    orders.issue_invoice(world.order)
    book(world.payment, "capture", "requested", 4488)
    book(world.payment, "capture", "succeeded", 4488)
    Payment.objects.filter(pk=world.payment.pk).update(state="captured", captured=4488)
    Order.objects.filter(pk=world.order.pk).update(payment_state="captured")
    return world


def lines(part):
    return {line.words: (line.count, line.amount) for line in part}


def checks(day):
    return {check.words: (check.first, check.second) for check in day.checks if not check.agrees}


def test_a_day_says_what_happened_on_it(world):
    today = close(timezone.localdate())

    assert lines(today.documents) == {"Invoices": (1, 4488), "Credit notes": (0, 0)}
    money = lines(today.money)
    assert money["Settled"] == (1, 4488)
    assert money["Released"] == (1, 1990)
    assert lines(today.stock) == {
        "At the beginning of the day": (0, 0),
        "Adjust": (-2, -2499),
        "Receive": (96, 48 * 2499),
        "At its end": (94, 47 * 2499),
    }
    assert today.agrees


def test_the_day_before_ended_where_this_one_began(world):
    yesterday = close(timezone.localdate() - timedelta(days=1))

    assert lines(yesterday.documents)["Invoices"] == (0, 0)
    assert lines(yesterday.stock) == {"At the beginning of the day": (0, 0), "At its end": (0, 0)}
    assert yesterday.agrees


def test_a_day_is_the_shops(world):
    with unguarded("payments_paymentevent"):
        sql(
            "UPDATE payments_paymentevent SET at = %s WHERE kind = 'capture'",
            datetime(2026, 7, 1, 22, 30, tzinfo=UTC),
        )

    assert lines(close(date(2026, 7, 2)).money)["Settled"] == (1, 4488)
    assert lines(close(date(2026, 7, 1)).money)["Settled"] == (0, 0)


def test_store_credit_is_followed_from_beginning_to_end(world):
    customer, staff = UserFactory(), StaffFactory()
    store_credit.grant(customer, amount=1500, reason="Sorry", key="one", by=staff)

    today = close(timezone.localdate())

    assert [line.amount for line in today.credit] == [0, 1500, 0, 1500]
    assert today.agrees


@pytest.mark.parametrize(("method", "way"), [("credit", "as store credit"), ("cash", "in cash")])
def test_what_goes_back_past_the_cards_has_a_line_of_its_own_and_is_none_of_the_cards_figures(
    world, method, way
):
    today = Period.between(timezone.localdate(), timezone.localdate())
    Order.objects.filter(pk=world.order.pk).update(customer=UserFactory())
    payment = Payment.objects.get(pk=world.payment.pk)
    by_hand = {"handed_over_by": "Kim"} if method == "cash" else {}

    services.refund(payment, amount=1000, cause="a", method=method, **by_hand)

    said = {words: line for words, line in lines(close(today.first).money).items() if "Paid back" in words}
    assert {words: line for words, line in said.items() if line != (0, 0)} == {f"Paid back {way}": (1, 1000)}
    assert (taken(today).captured, taken(today).refunded) == (4488, 0)
    assert close(today.first).agrees


# --- what does not agree --------------------------------------------------------------------------------
@pytest.mark.broken_books
def test_an_order_without_invoice_is_named(world):
    Order.objects.filter(pk=world.order.pk).update(total=5000, subtotal=4510)

    [check] = [check for check in close(timezone.localdate()).checks if not check.agrees]

    assert (check.first, check.second) == (5000, 4488)
    assert [str(each) for each in check.named] == [world.order.number]


@pytest.mark.broken_books
def test_a_payment_that_says_something_else_than_its_ledger_is_named(world):
    Payment.objects.filter(pk=world.payment.pk).update(captured=4000)

    [check] = [check for check in close(timezone.localdate()).checks if not check.agrees]

    assert check.figures == ("€44.88", "€40.00", "€4.88")
    assert list(check.named) == [world.payment]


@pytest.mark.broken_books
def test_a_shelf_that_holds_something_else_than_it_was_given_is_named(world):
    sql("UPDATE inventory_stocklevel SET on_hand = on_hand + 1 WHERE item_id = %s", world.item.pk)

    [check] = [check for check in close(timezone.localdate()).checks if not check.agrees]

    assert (check.words, check.first, check.second) == ("Pieces on the shelves", 94, 95)
    assert [level.item for level in check.named] == [world.item]


@pytest.mark.broken_books
def test_pieces_that_left_without_a_parcel_are_seen(world):
    [line] = world.order.lines.all()
    inventory.ship(line.reference, location=world.place, quantity=1, cause="odd")

    assert checks(close(timezone.localdate())) == {"Pieces shipped": (1, 0)}


# --- the page -----------------------------------------------------------------------------------------
@pytest.fixture
def page(client, world):
    user = StaffFactory()
    user.user_permissions.add(
        Permission.objects.get(codename="see_figures", content_type__app_label="orders")
    )
    client.force_login(user)
    return lambda **query: client.get(reverse("admin:day"), query)


def test_the_page_says_it_and_leads_to_the_days_beside_it(page):
    today = timezone.localdate()

    answer = page(day=str(today - timedelta(days=1)))

    text = answer.content.decode()
    assert "What must agree does." in text
    assert f"?day={today}" in text
    assert f"?day={today - timedelta(days=2)}" in text
    assert "The day is not over yet." in page().content.decode()


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "0001-01-01", "9999-12-31", "1999-12-31"])
def test_a_day_that_cannot_be_is_refused_with_a_sentence(page, day):
    answer = page(day=day)

    assert answer.status_code == 422
    assert "errornote" in answer.content.decode()


def test_the_page_costs_a_bounded_number_of_queries(page, django_assert_max_num_queries):
    page()

    with django_assert_max_num_queries(30):
        page()


def test_the_page_is_for_those_who_may_see_figures(client, world):
    client.force_login(StaffFactory())

    assert client.get(reverse("admin:day")).status_code == 403
