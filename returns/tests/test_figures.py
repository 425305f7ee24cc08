"""Returns in figures: what counts as returned, why, how long it takes, what is paid back, and who may see it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.period import Period
from config.tests.helpers import run_tasks
from config.tests.world import placed_order, sent, sent_back
from returns import services
from returns.models import ReturnRequest
from returns.services import figures
from returns.tests.test_acts import somebody
from shop.tests.factories import VariantFactory

PAGE = "admin:return_figures"


def today():
    return Period.of_days(7)


@pytest.fixture
def mug(db):
    return VariantFactory(stock=50, price=1999)


def test_the_rate_is_pieces_in_returns_of_pieces_sent(mug):
    sent_back(mug)
    services.reject(sent_back(mug), reason="Worn.")
    sent(placed_order(mug, 4))

    (rate,) = figures.rates(today(), 9)

    assert (rate.name, rate.sent, rate.returned, rate.percent) == (mug.product.name, 8, 1, 12.5)
    assert figures.whole_rate(today()).sent == 8
    assert figures.rates(today().before, 9) == []


def test_reasons_count_pieces_and_what_they_are_worth(mug):
    sent_back(mug)
    sent_back(mug)

    assert figures.reasons(today()) == [
        figures.Why("I have changed my mind", lines=2, pieces=2, accepted=0, value=3998)
    ]


@pytest.mark.parametrize(
    ("days", "median", "nine"), [([3], 3, 3), ([1, 5], 1, 5), (range(1, 11), 5, 9), (range(1, 12), 6, 10)]
)
def test_the_times_are_those_of_the_middle_one_and_of_nine_of_ten(mug, days, median, nine):
    order, now = sent(placed_order(mug, 1)), timezone.now()
    for n in days:
        ReturnRequest.objects.create(
            order=order,
            policy={"lines": {}},
            key=f"day {n}",
            state="closed",
            asked_at=now - timedelta(days=n),
            resolved_at=now,
        )

    took = figures.cycle(today())

    assert (took.count, took.median.days, took.nine_of_ten.days) == (len(days), median, nine)


def test_with_nothing_resolved_there_are_no_times(db):
    assert figures.cycle(today()) == figures.Cycle(0)


def test_refunds_of_returns_are_summed_by_day(sold):
    services.resolve(sold.inspected(1))
    run_tasks()

    steps = figures.paid_by_step(today())

    assert list(steps.values())[-1] == figures.PaidBack(1, 1999)
    assert sum(each.amount for each in steps.values()) == 1999


def test_the_page_tells_it_in_as_many_queries_however_much_there_is(client, mug):
    somebody(client, "merchandiser")
    sent_back(mug)
    client.get(reverse(PAGE))
    with CaptureQueriesContext(connection) as few:
        page = client.get(reverse(PAGE)).content.decode()
    for _more in range(2):
        sent_back(VariantFactory(stock=5, price=500))
    with CaptureQueriesContext(connection) as many:
        client.get(reverse(PAGE), {"period": "12m"})

    assert "50.0 %" in page
    assert mug.product.name in page
    assert len(many) == len(few) <= 16


def test_nonsense_is_told_and_the_usual_days_are_shown(client, db):
    somebody(client, "finance")

    assert client.get(reverse(PAGE), {"since": "2026-13-01"}).status_code == 422
    assert client.get(reverse(PAGE), {"since": "2026-02-01", "until": "2026-01-01"}).status_code == 422


def test_rates_leave_as_a_file_of_the_chosen_days(client, mug):
    somebody(client, "finance")
    sent_back(mug)
    address = reverse("admin:return_figures_export")

    answer = client.post(f"{address}?period=7", {"what": "return-rates", "format": "csv"})

    assert f"{mug.product.name},2,1,50.0" in b"".join(answer.streaming_content).decode()


def test_support_sees_no_figures(client, db):
    somebody(client, "support")

    assert client.get(reverse(PAGE)).status_code == 403
