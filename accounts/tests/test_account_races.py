"""Two tabs at once in the account area: on PostgreSQL, with real threads."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from accounts import address_book, leaving, services
from accounts.models import Address, Farewell, User
from accounts.tests.factories import AddressFactory, UserFactory
from accounts.tests.test_address_book import FIELDS

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.postgres,
    pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer at a time"),
]


def at_once(act, times):
    """Call `act(number)` in so many threads that start together; returns results or errors."""
    start = Barrier(times)

    def run(number):
        try:
            start.wait()
            return act(number)
        except (services.AccountError, IntegrityError) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def fill_the_last_places(user, times=8):
    AddressFactory.create_batch(address_book.MOST - 1, customer=user)
    return at_once(
        lambda number: address_book.add_address(user, {**FIELDS, "street": f"Weg {number}"}), times
    )


def test_the_last_place_of_an_address_book_is_given_once():
    user = UserFactory()

    results = fill_the_last_places(user)

    assert Address.objects.filter(customer=user).count() == address_book.MOST
    assert sum(isinstance(each, address_book.AddressBookFull) for each in results) == 7


def test_without_the_lock_the_book_overflows(monkeypatch):
    """The negative control: what the test above proves is the lock's doing."""
    monkeypatch.setattr(address_book, "_lock", lambda user: None)
    meet = Barrier(8)
    look = address_book.addresses_of
    monkeypatch.setattr(address_book, "addresses_of", lambda user: (look(user), meet.wait())[0])
    user = UserFactory()

    fill_the_last_places(user)

    assert Address.objects.filter(customer=user).count() > address_book.MOST


def test_eight_defaults_chosen_at_once_leave_one():
    user = UserFactory()
    kept = AddressFactory.create_batch(8, customer=user)

    results = at_once(lambda number: address_book.make_default(user, kept[number].key, "delivery"), 8)

    assert results == [None] * 8
    assert Address.objects.filter(customer=user, is_delivery_default=True).count() == 1


def test_an_account_that_is_erased_in_five_tabs_is_told_so_once():
    user = UserFactory()

    results = at_once(lambda _: leaving.erase_account(user), 5)

    assert sorted(type(each).__name__ for each in results) == ["CannotLeaveYet"] * 4 + ["NoneType"]
    assert Farewell.objects.count() == 1


def test_a_link_to_a_new_address_that_is_opened_five_times_at_once_moves_the_account_once():
    user = UserFactory()
    seen = [User.objects.get(pk=user.pk) for _ in range(5)]

    results = at_once(lambda number: services.change_email(seen[number], "new@example.com"), 5)

    assert sorted(type(each).__name__ for each in results) == ["LinkEnded"] * 4 + ["NoneType"]
    user.refresh_from_db()
    assert user.email == "new@example.com"
