"""A machine that dies between any two writes of a return: nothing is half done, and in the end all is done once."""

from functools import partial

import pytest
from django.db import connection

from config import books
from config.tests.helpers import run_tasks
from inventory.models import StockMovement
from payments import gateway
from payments.models import Refund
from payments.tests.conftest import make_till
from returns import services
from returns.models import ReturnLine, ReturnPayout, ReturnRequest
from returns.services import receiving
from returns.services.moves import Order
from returns.tests.conftest import sell
from returns.tests.dying import deaths, killed_at

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="Crashes run on PostgreSQL; make test has none."
    ),
]
S = ReturnRequest.State


@pytest.fixture
def many(stripe, settings):
    """An order of forty mugs that has arrived."""
    settings.STRIPE_TIMEOUT_SECONDS = 8
    return sell(stripe, make_till(stock=50, quantity=40))


def violations():
    return [violation.sentence for violation in books.verify().violations]


def received(sold, pieces=1, key="1"):
    row = services.authorise(sold.ask(pieces, key=key))
    return services.receive(row, {1: pieces}, key=key)


def test_asking_that_dies_anywhere_claims_nothing_and_then_once(sold):
    died = deaths(partial(sold.ask, 2))

    assert died >= 6
    assert (ReturnRequest.objects.count(), ReturnLine.objects.count(), sold.line.returned) == (1, 1, 2)


def test_inspecting_that_dies_anywhere_puts_nothing_back_and_then_once(sold, damaged):
    row, before = received(sold, 2), sold.on_hand()
    found = {1: services.Found(sellable=1, damaged=1)}
    act = partial(services.inspect, row, found, shelf=sold.shelf)
    seen = []

    while row.state == S.RECEIVED:  # what follows the commit, such as a listing's figures, may die as well
        killed_at(len(seen) + 1, act)
        row.refresh_from_db()
        seen.append((row.state, StockMovement.objects.filter(kind="put_back").count(), violations()))

    assert len(seen) > 8
    assert [each for each in seen[:-1] if each != (S.RECEIVED, 0, [])] == []
    assert seen[-1] == (S.INSPECTED, 2, [])
    assert (sold.on_hand(), sold.on_hand(damaged)) == (before + 1, 1)


@pytest.mark.broken_books
def test_without_the_transaction_a_crash_leaves_half_an_inspection(sold, monkeypatch):
    """The control: each statement stands alone."""
    row, shelf = received(sold, 2), sold.shelf
    monkeypatch.setattr(Order.objects, "select_for_update", Order.objects.all)
    monkeypatch.setattr(ReturnRequest.objects, "select_for_update", ReturnRequest.objects.all)
    monkeypatch.setattr(receiving.inventory, "lock_shelves", lambda skus: None)
    bare = receiving.inspect.__wrapped__

    killed_at(5, lambda: bare(row, {1: services.Found(sellable=1, refused=1)}, shelf=shelf))

    assert violations()


def test_resolving_that_dies_anywhere_decides_nothing_and_then_once(sold):
    row = sold.inspected(2)

    died = deaths(partial(services.resolve, row))

    row.refresh_from_db()
    assert died >= 8
    assert (row.state, ReturnPayout.objects.get().amount, Refund.objects.count()) == (S.RESOLVED, 4488, 0)
    run_tasks()
    assert (Refund.objects.get().amount, sold.payment.refunded) == (4488, 4488)


def test_an_exchange_that_dies_anywhere_sends_one_replacement(sold):
    row = sold.inspected(1, kind="exchange", exchange_for=sold.till.mug)

    died = deaths(partial(services.resolve, row))

    assert died >= 10
    assert [line.quantity for line in sold.order.lines.filter(replaces=sold.line)] == [1]
    assert violations() == []


def test_paying_back_that_dies_anywhere_pays_once_after_the_restart(many):
    """At each point another return is being paid; what the clock finds undone afterwards it does, once."""
    point, died = 0, True
    while died:
        point += 1
        row = services.resolve(many.inspected(1, key=str(point)))
        died = killed_at(point, partial(services.pay_payouts, row))
        assert point % 4 or violations() == []

    services.follow_returns()
    assert set(ReturnRequest.objects.values_list("state", flat=True)) == {S.CLOSED}
    run_tasks()
    assert point > 12
    assert Refund.objects.filter(state="succeeded").count() == Refund.objects.count() == point
    assert many.payment.refunded == point * 1999 == sum(at_stripe(many))
    assert violations() == []


def at_stripe(sold):
    return [row.amount for row in gateway.list_refunds(sold.payment.intent_id) if row.status == "succeeded"]
