"""When something arrives: working days from today, for the shop's own country."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop import delivery

FRIDAY, SATURDAY, SUNDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)


@pytest.fixture
def takes(monkeypatch):
    """Have delivery take so many days, from and to."""

    def take(days):
        monkeypatch.setattr(delivery, "_providers", [lambda country: days if country == "DE" else None])

    return take


@pytest.mark.parametrize(
    ("start", "count", "day"),
    [
        (FRIDAY, 0, FRIDAY),
        (FRIDAY, 1, date(2026, 11, 23)),
        (FRIDAY, 5, date(2026, 11, 27)),
        (FRIDAY, 6, date(2026, 11, 30)),
        (SATURDAY, 0, date(2026, 11, 23)),
        (SATURDAY, 2, date(2026, 11, 24)),
        (SUNDAY, 5, date(2026, 11, 27)),
    ],
)
def test_weekends_do_not_count(start, count, day):
    assert delivery.working_day(start, count) == day


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 60))
def test_between_order_and_arrival_lie_as_many_working_days_as_said(start, count):
    end = delivery.working_day(start, count)

    passed = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    assert sum(day.weekday() < 5 for day in passed) == count
    assert end.weekday() < 5


def test_the_sentence_names_its_own_day(takes):
    takes((2, 4))

    assert delivery.estimate(SATURDAY).words == (
        "Arrives in Germany between Tue 24 Nov and Thu 26 Nov if ordered today, Sat 21 Nov"
    )


def test_one_day_is_no_range(takes):
    takes((1, 1))

    assert delivery.estimate(FRIDAY).words == "Arrives in Germany on Mon 23 Nov if ordered today, Fri 20 Nov"


@pytest.mark.parametrize("country", ["AQ", "DE"])
def test_without_delivery_nothing_is_promised(takes, settings, country):
    takes(None if country == "DE" else (1, 2))
    settings.SHOP_COUNTRY = country

    assert delivery.estimate(FRIDAY) is None
