"""Allowances: taken whole or not at all, given back once, never beyond their limit."""

import pytest
from django.db import connection

from orders.models import Quota, QuotaUse
from orders.services import quotas
from orders.services.quotas import Share
from orders.tests.test_cart_races import at_once

pytestmark = pytest.mark.django_db


def test_it_is_counted_and_given_back_once():
    quotas.take({"voucher 1": Share(2, of=5)}, reference="checkout A")

    assert quotas.taken(["voucher 1", "voucher 2"]) == {"voucher 1": 2}
    assert quotas.give_back("checkout A") == 1
    assert quotas.give_back("checkout A") == 0
    assert quotas.taken(["voucher 1"]) == {"voucher 1": 0}


def test_more_than_there_is_is_refused_and_nothing_of_the_rest_is_taken():
    quotas.take({"sale 1": Share(4, of=5)}, reference="checkout A")

    with pytest.raises(quotas.QuotaSpent) as refusal:
        quotas.take({"sale 1": Share(2, of=5), "a first": Share(1, of=1)}, reference="checkout B")

    assert refusal.value.name == "sale 1"
    assert quotas.taken(["sale 1", "a first"]) == {"sale 1": 4}


@pytest.mark.parametrize(("amount", "of"), [(0, 5), (6, 5), (1, 0)])
def test_what_could_never_be_is_refused_at_once(amount, of):
    with pytest.raises(quotas.QuotaSpent):
        quotas.take({"sale 1": Share(amount, of=of)}, reference="checkout A")

    assert not Quota.objects.exists()


def test_who_has_it_already_keeps_it():
    for _again in range(2):
        quotas.take({"voucher 1": Share(1, of=1)}, reference="checkout A")

    assert quotas.taken(["voucher 1"]) == {"voucher 1": 1}


def test_what_was_given_back_can_be_taken_anew_by_the_same():
    quotas.take({"voucher 1": Share(1, of=1)}, reference="checkout A")
    quotas.give_back("checkout A")

    quotas.take({"voucher 1": Share(1, of=1)}, reference="checkout A")

    assert quotas.taken(["voucher 1"]) == {"voucher 1": 1}
    assert QuotaUse.objects.get().given_back_at is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.broken_books
@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_of_fifty_that_want_one_of_five_uses_at_once_five_get_it():
    wanted = {"voucher 1": Share(1, of=5)}

    results = at_once(lambda n: quotas.take(wanted, reference=f"checkout {n}"), 50)

    assert sum(result is None for result in results) == 5
    assert quotas.taken(["voucher 1"]) == {"voucher 1": 5}
    assert QuotaUse.objects.count() == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.broken_books
@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
def test_given_back_twenty_times_at_once_it_is_back_once():
    quotas.take({"voucher 1": Share(3, of=5)}, reference="checkout A")

    returned = at_once(lambda n: quotas.give_back("checkout A"), 20)

    assert sorted(returned) == [0] * 19 + [1]
    assert quotas.taken(["voucher 1"]) == {"voucher 1": 0}
