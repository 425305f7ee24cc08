"""Many people at one return: as many succeed as may, everybody else is told so, and the books balance."""

import pytest
from django.db import connection
from django.urls import reverse

from config import books
from config.tests.helpers import run_tasks
from orders.models import OrderEvent
from payments import services as payments
from payments.models import Refund
from payments.tests.test_doors_at_once import crowd
from payments.tests.test_settling_races import at_once
from returns import services
from returns.models import ReturnEvent, ReturnRequest
from returns.services import requesting
from returns.tests.test_pages import typed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CROWD = 20 if connection.vendor == "postgresql" else 4
on_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time.")
S = ReturnRequest.State


@pytest.fixture
def sold(sold, settings):
    settings.STRIPE_TIMEOUT_SECONDS = 8
    return sold


def asks(sold, pieces=1):
    """Each a request of its own for pieces of the line."""
    return [lambda key=str(number): sold.ask(pieces, key=key) for number in range(CROWD)]


@pytest.mark.postgres
def test_of_many_requests_for_the_last_piece_one_is_taken(sold):
    sold.ask(1, key="before")

    ends = at_once(asks(sold))

    assert ends == {"done": 1, "CannotReturn": CROWD - 1}
    assert (ReturnRequest.objects.count(), sold.line.returned) == (2, 2)
    assert books.verify().violations == []


@on_postgres
@pytest.mark.postgres
def test_of_many_browsers_that_ask_for_the_last_piece_one_gets_it(sold):
    """Through a guest's own page: the others are told so, and nobody sees an error."""
    sold.ask(1, key="before")
    address = reverse("returns:guest_new", args=[sold.order.token])

    statuses = crowd(None, [(address, {**typed(), "key": f"{number:032x}"}) for number in range(CROWD)])

    assert statuses[303] == 1
    assert statuses[409] + statuses[422] == CROWD - 1  # those that came later see that it is in a return
    assert (ReturnRequest.objects.count(), sold.line.returned) == (2, 2)
    assert books.verify().violations == []


@on_postgres
@pytest.mark.postgres
def test_the_update_alone_keeps_the_last_piece_from_being_taken_twice(sold, monkeypatch):
    """The friendly look and the lock are taken away: what claims the pieces is the guard."""
    sold.ask(1, key="before")
    monkeypatch.setattr(requesting, "_check", lambda *given, **more: None)
    monkeypatch.setattr(requesting.Order.objects, "select_for_update", requesting.Order.objects.all)

    ends = at_once(asks(sold))

    assert ends == {"done": 1, "CannotReturn": CROWD - 1}
    assert sold.line.returned == 2


@on_postgres
@pytest.mark.broken_books
@pytest.mark.postgres
def test_without_the_guard_the_last_piece_is_taken_by_more_than_one(sold, monkeypatch):
    """The control: look, lock and guard are taken away."""
    sold.ask(1, key="before")
    monkeypatch.setattr(requesting, "_check", lambda *given, **more: None)
    monkeypatch.setattr(requesting, "F", lambda name: 0)

    at_once(asks(sold))

    assert books.verify().violations


@pytest.mark.postgres
def test_the_same_request_sent_many_times_is_one(sold):
    ends = at_once([lambda: sold.ask(1, key="same")] * CROWD)

    assert ends == {"done": CROWD}
    assert (ReturnRequest.objects.count(), sold.line.returned) == (1, 1)


@pytest.mark.postgres
def test_a_parcel_that_many_count_in_with_one_key_is_counted_once(sold):
    row = services.authorise(sold.ask(2))

    ends = at_once([lambda: services.receive(row, {1: 1}, key="parcel")] * CROWD)

    assert ends == {"done": CROWD}
    assert row.lines.get().received == 1


@pytest.mark.postgres
def test_a_return_that_many_inspect_is_put_back_once(sold):
    row = services.authorise(sold.ask(2))
    services.receive(row, {1: 2}, key="1")
    before, shelf = sold.on_hand(), sold.shelf

    ends = at_once(
        [lambda: services.inspect(row, {1: services.Found(sellable=2)}, shelf=shelf)] * (CROWD // 2)
    )

    assert ends == {"done": 1, "CannotDecide": CROWD // 2 - 1}
    assert sold.on_hand() == before + 2


@pytest.mark.postgres
def test_a_return_that_many_resolve_is_paid_once(sold):
    row = sold.inspected(2)

    ends = at_once([lambda: services.resolve(row)] * (CROWD // 2))

    run_tasks()
    assert ends == {"done": 1, "CannotDecide": CROWD // 2 - 1}
    assert (Refund.objects.count(), sold.payment.refunded) == (1, 4488)
    assert books.verify().violations == []


@pytest.mark.postgres
def test_of_resolving_and_turning_an_exchange_one_comes_first_and_both_make_sense(sold):
    row = sold.inspected(1, kind="exchange", exchange_for=sold.till.mug)

    ends = at_once([lambda: services.resolve(row), lambda: services.pay_instead(row)] * 2)

    row.refresh_from_db()
    assert ends["done"] in {1, 2}
    assert row.state == S.RESOLVED
    assert sold.order.lines.filter(replaces=sold.line).exists() == row.is_exchange
    run_tasks()
    assert books.verify().violations == []


@pytest.mark.postgres
def test_of_cancelling_expiring_and_receiving_one_happens(sold):
    row = services.authorise(sold.ask(2))
    ReturnRequest.objects.update(expires_on="2025-01-01")

    ends = at_once(
        [
            lambda: services.cancel(row),
            lambda: services.expire(row),
            lambda: services.receive(row, {1: 2}, key="1"),
        ]
    )

    row.refresh_from_db()
    assert ends == {"done": 1, "CannotDecide": 2}
    assert sold.line.returned == (2 if row.state == S.RECEIVED else 0)
    assert books.verify().violations == []


@pytest.mark.postgres
def test_two_returns_of_one_line_that_are_resolved_at_once_share_its_price_and_its_delivery(sold):
    rows = [sold.inspected(1, key=key) for key in ("1", "2")]

    ends = at_once([lambda row=row: services.resolve(row) for row in rows])

    run_tasks()
    assert ends == {"done": 2}
    assert sorted(row.refund for row in ReturnRequest.objects.all()) == [1999, 2489]
    assert (sold.payment.refunded, sold.payment.state) == (4488, "refunded")


@pytest.mark.postgres
def test_what_is_refunded_by_hand_and_returned_at_once_is_never_paid_twice(sold):
    row = sold.inspected(2)

    def by_hand(number):
        payments.refund(sold.payment, amount=4488, cause=f"by hand {number}")

    ends = at_once(
        [
            lambda: services.resolve(row),
            lambda: by_hand(1),
            lambda: services.pay_payouts(services_row(row)),
            lambda: by_hand(2),
        ]
    )

    run_tasks()
    assert ends["done"] >= 2
    assert sold.payment.refunded == 4488
    assert Refund.objects.filter(state="succeeded").count() == 1
    assert books.verify().violations == []


def services_row(row):
    return ReturnRequest.objects.get(pk=row.pk)


@pytest.mark.postgres
def test_many_workers_that_pay_one_return_pay_it_once(sold):
    row = services.resolve(sold.inspected(1))

    at_once([lambda: services.pay_payouts(services_row(row))] * (CROWD // 2))

    run_tasks()
    row.refresh_from_db()
    assert (row.state, sold.payment.refunded) == (S.CLOSED, 1999)
    assert Refund.objects.count() == 1
    assert ReturnEvent.objects.filter(key=f"{row.number} closed").count() == 1
    assert OrderEvent.objects.filter(words="%(amount)s refunded to the card.").count() == 1


@pytest.mark.postgres
def test_two_clocks_at_once_remind_once(sold, settings):
    settings.RETURN_REMINDER_DAYS = 30
    services.authorise(sold.ask(1))
    ReturnRequest.objects.update(state_since="2025-01-01T00:00:00Z")

    reminded = []
    at_once([lambda: reminded.append(services.follow_returns()["reminded"])] * 3)

    assert sum(reminded) == 1
