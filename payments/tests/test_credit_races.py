"""One customer, many tabs, one balance: never below nothing, and the sum is right."""

import threading
from collections import Counter
from dataclasses import replace

import pytest
from django.db import connection  # noqa: F401  (the condition below)
from django.db.models import Sum

from accounts.tests.factories import UserFactory
from orders.models import Order
from payments import services
from payments.models import Payment, StoreCredit, StoreCreditEntry
from payments.services import proving, store_credit
from payments.tests.conftest import make_till
from payments.tests.test_credit_checkout import TOTAL, press
from payments.tests.test_settling_races import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def customer():
    return UserFactory(email="buyer@example.org")


def tills_of(customer, number):
    """So many carts of one customer, each with goods of its own, so that nothing but the credit is fought over."""
    tills = [make_till() for _ in range(number)]
    for till in tills:
        till.details = replace(till.details, customer=customer)
    return tills


def given(customer, amount):
    store_credit.book(customer.pk, "granted", amount, key="gift")


def sums():
    """The balance, and what its entries and the payments say of it."""
    taken = Payment.objects.aggregate(sum=Sum("credit"))["sum"] or 0
    booked = StoreCreditEntry.objects.aggregate(sum=Sum("amount"))["sum"]
    return StoreCredit.objects.get().balance, booked, taken


def test_of_twenty_tabs_that_spend_one_balance_as_many_pay_as_it_is_worth(stripe, customer, settings):
    """Each tab has seen that the credit covers all; it does so for three of them."""
    settings.STRIPE_TIMEOUT_SECONDS = 8
    given(customer, 3 * TOTAL + 100)
    tills = tills_of(customer, 20)

    ends = at_once([lambda till=till: press(till, TOTAL) for till in tills])

    assert ends == {"done": 3, "CreditChanged": 17}
    assert sums() == (100, 100, 3 * TOTAL)
    assert Order.objects.count() == 3


@pytest.mark.postgres
@pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite lets one write at a time, lock or not."
)
@pytest.mark.broken_books
def test_with_a_balance_that_is_read_and_written_back_more_is_spent_than_there_was(
    stripe, customer, settings, monkeypatch
):
    """The control: four who have all looked before any of them writes."""
    settings.STRIPE_TIMEOUT_SECONDS = 8
    given(customer, 3 * TOTAL + 100)
    tills, meet = tills_of(customer, 4), threading.Barrier(4)

    def change(customer_id, amount):
        account = StoreCredit.objects.filter(customer=customer_id)
        before = account.values_list("balance", flat=True).get()
        meet.wait(20)
        return bool(account.update(balance=before + amount))

    monkeypatch.setattr(store_credit, "_change", change)
    at_once([lambda till=till: press(till, TOTAL) for till in tills])

    assert sums() == (2 * TOTAL + 100, 100 - TOTAL, 4 * TOTAL)


def test_of_two_presses_of_one_cart_one_orders(stripe, customer):
    given(customer, 10 * TOTAL)
    (till,) = tills_of(customer, 1)

    ends = at_once([lambda: press(till, TOTAL)] * 8)

    assert ends["done"] == 1
    assert set(ends) <= {"done", "EmptyCart", "OfferChanged"}
    assert (Order.objects.count(), sums()) == (1, (9 * TOTAL, 9 * TOTAL, TOTAL))


def test_of_twenty_that_end_one_checkout_one_gives_the_credit_back(stripe, customer):
    given(customer, 1230)
    (till,) = tills_of(customer, 1)
    payment = press(till, 1230)

    ends = at_once(
        [lambda: proving.end(Payment.objects.select_related("checkout").get(pk=payment.pk), "expire", "Over")]
        * 20
    )

    assert ends == Counter(done=20)
    assert sums() == (1230, 1230, 0)
    assert StoreCreditEntry.objects.filter(kind="returned").count() == 1


def test_of_ending_and_proving_at_once_credit_is_held_or_back_never_both(stripe, customer, settings):
    settings.STRIPE_TIMEOUT_SECONDS = 8
    given(customer, 1230)
    (till,) = tills_of(customer, 1)
    payment = press(till, 1230)
    stripe.pay(payment)

    def fresh():
        return Payment.objects.select_related("checkout").get(pk=payment.pk)

    at_once(
        [lambda: services.prove_payment(fresh())] * 5
        + [lambda: proving.end(fresh(), "expire", "Not in time")] * 5
    )

    assert Order.objects.count() == 1
    assert sums() == (0, 0, 1230)
