"""Many of staff at one return, through the console: what may happen once happens once, the others are told 409."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from payments.models import Refund
from payments.tests.test_doors_at_once import crowd, key
from returns import services
from returns.models import ReturnPayout, ReturnRequest
from returns.tests.conftest import sell
from returns.tests.test_acts import page_of
from returns.tests.test_redirecting import PENDING_FIRST, fail_to_pay

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one write at a time."),
]
CROWD = 10


@pytest.fixture
def owner(db):
    return get_user_model().objects.create_superuser("owner@example.com")


def test_of_many_who_resolve_one_does_and_the_money_goes_back_once(owner, sold):
    row = sold.inspected(1)
    typed = {"pay_1": "19.99", "confirmed": "1"}

    statuses = crowd(owner, [(page_of(row, "resolve"), {**typed, "key": key(n)}) for n in range(CROWD)])
    services.follow_returns()

    assert statuses == {302: 1, 409: CROWD - 1}
    assert ReturnPayout.objects.count() == 1
    assert (Refund.objects.get().amount, sold.payment.refunded) == (1999, 1999)


def test_of_many_who_pay_again_by_different_ways_one_does(owner, stripe, till):
    sold = sell(stripe, till, card=PENDING_FIRST)
    row = fail_to_pay(sold)
    typed = {"payout": row.payouts.get().pk, "confirmed": "1"}
    ways = [{"method": "card"}, {"method": "cash", "handed_over_by": "Ada"}]

    statuses = crowd(
        owner,
        [(page_of(row, "pay_again"), {**typed, **ways[n % 2], "key": key(n)}) for n in range(CROWD)],
    )

    assert statuses == {302: 1, 409: CROWD - 1}
    assert Refund.objects.exclude(state="failed").count() == 1


def test_of_many_who_count_one_parcel_in_under_one_key_it_counts_once(owner, sold):
    row = services.authorise(sold.ask(2))
    typed = {"line_1": "1", "confirmed": "1", "key": key(1)}

    statuses = crowd(owner, [(page_of(row, "receive"), typed)] * CROWD)

    assert statuses == {302: CROWD}
    assert ReturnRequest.objects.get().lines.get().received == 1
