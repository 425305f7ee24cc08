"""What customers have been worth, who may see it, and in which order."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from accounts.tests.factories import StaffFactory, UserFactory
from config.tests.world import balanced_world, paid, placed_order
from orders import services as orders
from orders.models import Order
from orders.services import customers

pytestmark = pytest.mark.broken_books  # orders of many days, none of them invoiced in time


@pytest.fixture
def world(db):
    """A guest with two mugs for 44.88; an account with a cup (9.90) and, a year ago, three (19.90)."""
    world = balanced_world()
    world.user = UserFactory(email="ada@example.org", full_name="Ada")
    for pieces, days in ((1, 0), (3, 400)):
        order = placed_order(world.cup, pieces)
        paid(order)
        placed_at = timezone.now() - timedelta(days=days)
        Order.objects.filter(pk=order.pk).update(customer=world.user, placed_at=placed_at)
    return world


def found(**asked):
    rows = customers.customers(asked).order_by("-spent")
    return [(each.email, each.orders, each.items, each.spent) for each in customers.told(rows)]


GUEST, ADA = ("a@example.org", 1, 2, 4488), ("ada@example.org", 2, 4, 2980)


def test_accounts_and_guests_with_what_they_kept_and_paid(world):
    assert found() == [GUEST, ADA]


def test_a_guests_capitals_do_not_matter(world):
    order = placed_order(world.cup, 1)
    Order.objects.filter(pk=order.pk).update(email="A@Example.org")

    assert found(kind="guest") == [("a@example.org", 2, 3, 4488 + 990)]


def test_what_was_credited_was_not_spent(world):
    orders.issue_invoice(world.order)
    orders.issue_credit_note(world.order, amount=1000, reason="Scratched", key="one")
    orders.issue_credit_note(world.order, amount=500, reason="Late", key="two")

    assert found(kind="guest") == [("a@example.org", 1, 2, 2988)]


def test_orders_that_came_to_nothing_are_worth_nothing(world):
    Order.objects.filter(customer=world.user).update(state="cancelled")

    assert found() == [GUEST]
    assert customers.lifetime_value(world.user).spent == 0


def test_lifetime_value_of_a_customer(world):
    worth = customers.lifetime_value(world.user)

    assert (worth.email, worth.orders, worth.items, worth.spent) == ADA
    assert (worth.last_at - worth.first_at).days >= 399


@pytest.mark.parametrize(
    ("asked", "who"),
    [
        ({"q": "ada"}, [ADA]),
        ({"q": "ADA@EX"}, [ADA]),
        ({"kind": "guest"}, [GUEST]),
        ({"q": "nobody"}, []),
        ({"kind": "account"}, [ADA]),
        ({"orders": 2}, [ADA]),
        ({"orders": 5}, []),
        ({"last": 30}, [GUEST, ADA]),
        ({"last": -180}, []),
    ],
)
def test_customers_are_found(world, asked, who):
    assert found(**asked) == who


# --- the console --------------------------------------------------------------------------------------
def staff(client, *permissions):
    user = StaffFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)


def page(client, **query):
    return client.get(reverse("admin:customers"), query)


def order_of(answer):
    text = answer.content.decode()
    return sorted(("a@example.org", "ada@example.org"), key=lambda email: text.index(f">{email}<"))


def test_the_list_is_sorted_as_asked(client, world):
    staff(client, "see_customers")

    assert order_of(page(client)) == ["a@example.org", "ada@example.org"]
    assert order_of(page(client, sort="-orders")) == ["ada@example.org", "a@example.org"]
    assert "€29.80" in page(client).content.decode()


@pytest.mark.parametrize(
    "query",
    [{"sort": "password"}, {"kind": "odd"}, {"orders": "x"}, {"p": "0"}, {"p": "9" * 30}, {"q": "x" * 500}],
)
def test_odd_questions_are_answered_with_a_sentence(client, world, query):
    staff(client, "see_customers")

    answer = page(client, **query)

    assert answer.status_code == 422
    assert "errornote" in answer.content.decode()


def test_a_page_costs_a_few_queries_however_many_there_are(client, world, django_assert_max_num_queries):
    staff(client, "see_customers", "export_customer")
    page(client)

    with django_assert_max_num_queries(11):
        page(client)


def test_pages_are_turned(client, world, monkeypatch):
    staff(client, "see_customers")
    monkeypatch.setattr("orders.admin.customers.AT_ONCE", 1)

    assert "p=2" in page(client).content.decode()
    second = page(client, p="2").content.decode()
    assert "ada@example.org" in second
    assert "p=1" in second
    assert "p=3" not in second


def test_customers_leave_as_a_file_with_a_trace(client, world):
    staff(client, "see_customers", "export_customer")

    answer = client.post(
        reverse("admin:customers_export", query={"kind": "account"}), {"what": "customers", "format": "csv"}
    )

    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert rows[1].startswith("ada@example.org,Ada,account,2,4,29.80,EUR,")
    assert len(rows) == 2
    assert AuditEntry.objects.get().after == {"format": "csv", "filters": "kind=account"}


def test_who_may_look_and_take_along(client, world):
    staff(client, "view_user", "export_customer")
    assert page(client).status_code == 403
    assert client.get(reverse("admin:customers_export")).status_code == 403

    staff(client, "view_user", "see_customers")
    assert client.get(reverse("admin:customers_export")).status_code == 403
    shown = client.get(reverse("admin:accounts_user_change", args=[world.user.pk])).content.decode()
    assert "What they have been worth" in shown
    assert "€29.80" in shown
