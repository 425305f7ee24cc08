"""Store credit: given, spent, given back, never below nothing, and each act once."""

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditEntry
from accounts.tests.factories import StaffFactory, UserFactory
from config.tests.helpers import run_tasks
from config.tests.world import contradictions, loosen, placed_order, sql, unguard
from orders.models import Order
from payments import services
from payments.models import StoreCredit, StoreCreditEntry
from payments.services import store_credit
from shop.tests.factories import VariantFactory

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef"


@pytest.fixture
def customer():
    return UserFactory()


@pytest.fixture
def staff():
    user = StaffFactory()
    for name in ("view_user", "view_storecreditentry", "add_storecreditentry"):
        user.user_permissions.add(Permission.objects.get(codename=name))
    return user


def give(customer, amount, staff, key="gift"):
    return services.grant(customer, amount=amount, reason="A scratch on the mug", key=key, by=staff)


def entries(customer):
    return list(customer.store_credit_entries.order_by("pk").values_list("kind", "amount", "balance_after"))


def test_what_is_given_and_taken_back_adds_up(customer, staff):
    give(customer, 1230, staff)
    give(customer, 100, staff, key="another")
    services.take_back(customer, amount=330, reason="Typed wrong", key="oops", by=staff)

    assert services.balance_of(customer.pk) == 1000
    assert entries(customer) == [("granted", 1230, 1230), ("granted", 100, 1330), ("adjusted", -330, 1000)]


def test_the_same_act_is_booked_once(customer, staff):
    give(customer, 500, staff)

    with pytest.raises(services.AlreadyBooked):
        give(customer, 500, staff)

    assert services.balance_of(customer.pk) == 500


def test_no_more_is_taken_than_there_is(customer, staff):
    give(customer, 500, staff)

    with pytest.raises(services.NotEnoughCredit, match=r"There is store credit of €5\.00"):
        services.take_back(customer, amount=501, reason="Greed", key="more", by=staff)

    assert entries(customer) == [("granted", 500, 500)]


@pytest.mark.parametrize("amount", [-1, 0, 10_001])
def test_the_limit_of_one_act_holds(customer, staff, amount):
    with pytest.raises(services.CreditError, match=r"Between €0\.01 and €100\.00"):
        give(customer, amount, staff)

    assert not StoreCredit.objects.exists()


def test_nobody_gives_credit_to_themselves_or_to_a_closed_account(customer, staff):
    with pytest.raises(services.CreditError, match="ask a colleague"):
        give(staff, 100, staff)
    customer.is_active = False
    with pytest.raises(services.CreditError, match="closed"):
        give(customer, 100, staff)


def test_a_balance_below_nothing_is_refused_by_the_database(customer, staff):
    give(customer, 500, staff)

    with pytest.raises(IntegrityError), transaction.atomic():
        StoreCredit.objects.update(balance=-1)
    with pytest.raises(IntegrityError), transaction.atomic():
        StoreCreditEntry.objects.create(customer=customer, kind="spent", amount=5, balance_after=505, key="x")


def test_entries_are_neither_changed_nor_deleted(customer, staff):
    entry = give(customer, 500, staff)

    for change in (entry.delete, lambda: StoreCreditEntry.objects.update(amount=1)):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


# --- the rules of the books -------------------------------------------------------------------------
@pytest.mark.broken_books
def test_a_balance_that_is_not_the_sum_of_its_entries_is_found(customer, staff):
    give(customer, 500, staff)
    sql("UPDATE payments_storecredit SET balance = 499")

    assert contradictions("payments.credit_balance") == [
        f"Customer {customer.pk} has store credit of €4.99, the entries add up to €5.00."
    ]


@pytest.mark.broken_books
def test_an_entry_without_an_account_is_found(customer, staff):
    give(customer, 500, staff)
    sql("DELETE FROM payments_storecredit")

    assert contradictions("payments.credit_balance") == [
        f"Customer {customer.pk} has store credit of €0.00, the entries add up to €5.00."
    ]


@pytest.mark.broken_books
def test_a_balance_below_nothing_is_found(customer, staff):
    give(customer, 500, staff)
    loosen("payments_storecredit")
    sql("UPDATE payments_storecredit SET balance = -1")

    assert contradictions("payments.credit_not_negative", besides={"payments.credit_balance"}) == [
        f"Customer {customer.pk} has, or after entry None had, store credit of -€0.01."
    ]


@pytest.mark.broken_books
def test_a_chain_of_balances_that_breaks_is_found(customer, staff):
    give(customer, 500, staff)
    entry = give(customer, 100, staff, key="another")
    unguard("payments_storecreditentry")
    sql("UPDATE payments_storecreditentry SET balance_after = 601 WHERE id = %s", entry.pk)

    assert contradictions("payments.credit_chain", besides={"payments.credit_append_only"}) == [
        f"Entry {entry.pk} of customer {customer.pk} left €6.01, the entries up to it add up to €6.00."
    ]


@pytest.mark.broken_books
def test_a_ledger_of_credit_that_can_be_changed_is_found(customer):
    unguard("payments_storecreditentry")

    assert len(contradictions("payments.credit_append_only")) == 2


# --- in the console ---------------------------------------------------------------------------------
def act(customer, name):
    return reverse(f"admin:accounts_user_{name}", args=[customer.pk])


def test_staff_give_credit_with_a_preview_and_a_trace(client, customer, staff):
    client.force_login(staff)
    typed = {"amount": "12.30", "reason": "A scratch", "key": KEY}

    asked = client.post(act(customer, "grant_credit"), typed)
    assert f"Store credit of {customer.email}: €0.00 → €12.30." in asked.content.decode()
    assert services.balance_of(customer.pk) == 0
    for _twice in range(2):
        done = client.post(act(customer, "grant_credit"), {**typed, "confirmed": "1"}, follow=True)

    page = done.content.decode()
    assert services.balance_of(customer.pk) == 1230
    assert "nothing was booked twice" in page
    assert "Balance: €12.30" in page
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.before, entry.after) == (
        "grant store credit",
        {"balance": 0},
        {"balance": 1230, "reason": "A scratch"},
    )


@pytest.mark.parametrize("amount", ["", "0", "-5", "100.01", "1e9", "NaN", "9" * 40, "abc"])
def test_nonsense_is_a_sentence_beside_the_field(client, customer, staff, amount):
    client.force_login(staff)

    answer = client.post(act(customer, "grant_credit"), {"amount": amount, "reason": "x", "key": KEY})

    assert answer.status_code == 422
    assert not StoreCreditEntry.objects.exists()


def test_staff_take_back_no_more_than_there_is(client, customer, staff):
    give(customer, 500, staff)
    client.force_login(staff)
    typed = {"reason": "Typed wrong", "key": KEY, "confirmed": "1"}

    assert client.post(act(customer, "take_back_credit"), {"amount": "5.01", **typed}).status_code == 422
    client.post(act(customer, "take_back_credit"), {"amount": "5.00", **typed})

    page = client.get(reverse("admin:accounts_user_change", args=[customer.pk])).content.decode()
    assert services.balance_of(customer.pk) == 0
    assert "They have no store credit." in page
    assert act(customer, "take_back_credit") not in page


def test_giving_credit_takes_the_right_to(client, customer, staff):
    staff.user_permissions.remove(Permission.objects.get(codename="add_storecreditentry"))
    client.force_login(staff)

    assert (
        client.post(act(customer, "grant_credit"), {"amount": "1", "reason": "x", "key": KEY}).status_code
        == 403
    )


def test_credit_of_an_account_that_does_not_exist_is_created_once(customer, staff):
    store_credit.book(customer.pk, "granted", 100, key="a")
    store_credit.book(customer.pk, "granted", 100, key="b")

    assert StoreCredit.objects.get().balance == 200


# --- the customer's own page ------------------------------------------------------------------------
def test_a_customer_sees_balance_and_entries_of_their_own(client, customer, staff):
    give(customer, 1230, staff)
    give(UserFactory(), 999, staff, key="other")
    client.force_login(customer)

    page = client.get(reverse("payments:store_credit")).content.decode()

    assert page.count("€12.30") == 3  # the balance, the entry, and what it left
    assert "Given by us" in page
    assert "9.99" not in page
    assert "A scratch" not in page


@pytest.mark.broken_books  # orders that nobody paid
def test_an_entry_leads_to_the_customer_s_own_order_only(client, customer):
    own, other = placed_order(VariantFactory(stock=9), 1), placed_order(VariantFactory(stock=9), 1)
    Order.objects.filter(pk=own.pk).update(customer=customer)
    for order in (own, other):
        store_credit.book(
            customer.pk, "returned", 100, key=order.number, reference=f"checkout {order.number}"
        )
    client.force_login(customer)

    page = client.get(reverse("payments:store_credit")).content.decode()

    assert reverse("orders:detail", args=[own.number]) in page
    assert other.number not in page


def test_many_entries_are_leafed_through_at_one_cost(client, customer, django_assert_max_num_queries):
    for number in range(25):
        store_credit.book(customer.pk, "granted", 100, key=f"{number}")
    client.force_login(customer)

    with django_assert_max_num_queries(7):
        page = client.get(reverse("payments:store_credit")).content.decode()
    assert (page.count("Given by us"), "?page=2" in page) == (20, True)
    assert (
        client.get(reverse("payments:store_credit"), {"page": "2"}).content.decode().count("Given by us") == 5
    )
    for odd in ("0", "-1", "x", "9" * 50, "1001", "²"):
        assert client.get(reverse("payments:store_credit"), {"page": odd}).status_code == 200


def test_strangers_are_asked_to_sign_in(client):
    assert client.get(reverse("payments:store_credit")).status_code == 302


def test_a_gift_is_told_by_mail_in_the_customer_s_language(staff):
    customer = UserFactory(language="de")

    give(customer, 1230, staff)
    run_tasks()

    (letter,) = mail.outbox
    assert letter.to == [customer.email]
    assert letter.subject.replace("\xa0", " ") == "12,30 € Guthaben für Sie"
    assert "/de/store-credit/" in letter.body
