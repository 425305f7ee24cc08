"""Days where the shop is, cut into steps, and what staff may ask for."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from config.console.charts import Bar, Chart, ceiling
from config.console.periods import PeriodForm
from config.period import Period, on_the_wall


def test_a_day_is_the_shops_own_also_when_the_clock_changes():
    spring = Period.between(date(2026, 3, 29), date(2026, 3, 29))

    assert spring.start == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert spring.end == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert len(list(spring.steps())) == 24


def test_weeks_begin_on_monday_and_months_on_the_first():
    period = Period.between(date(2026, 11, 4), date(2026, 12, 2))

    assert [day.date() for day in period.by("week").steps()] == [
        date(2026, 11, day) for day in (2, 9, 16, 23, 30)
    ]
    assert [day.date() for day in period.by("month").steps()] == [date(2026, 11, 1), date(2026, 12, 1)]


def test_twelve_months_end_today_and_begin_on_the_first():
    period = Period.of_months(12)

    assert (period.last, period.first.day, len(list(period.steps()))) == (timezone.localdate(), 1, 12)


def test_the_days_before_are_as_many():
    before = Period.between(date(2026, 3, 1), date(2026, 3, 7)).before

    assert (before.first, before.last) == (date(2026, 2, 22), date(2026, 2, 28))


def test_a_moment_is_of_the_step_that_the_shops_clock_shows():
    assert on_the_wall(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == datetime(2026, 7, 2, 0, 30)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"period": "yesterday"}, "period"),
        ({"since": "2026-02-30"}, "since"),
        ({"since": "0001-01-01"}, "since"),
        ({"until": "9999-12-31"}, "until"),
        ({"since": "2026-02-02", "until": "2026-02-01"}, "until"),
        ({"since": "2000-01-01", "until": "2999-01-01"}, "since"),
        ({"since": "2020-01-01", "until": "2026-01-01", "by": "day"}, "by"),
        ({"by": "minute"}, "by"),
    ],
)
def test_what_makes_no_sense_is_said_and_the_usual_days_are_shown(asked, wrong):
    form = PeriodForm(asked)

    assert list(form.errors) == [wrong]
    assert form.chosen == Period.of_days(30)


@pytest.mark.parametrize(
    ("asked", "period"),
    [
        ({}, lambda: Period.of_days(30)),
        ({"period": "today"}, lambda: Period.of_days(1)),
        ({"period": "90", "by": "month"}, lambda: Period.of_days(90).by("month")),
        (
            {"since": "2026-01-01", "until": "2026-01-31"},
            lambda: Period.between(date(2026, 1, 1), date(2026, 1, 31)),
        ),
        ({"until": "2026-01-31"}, lambda: Period.of_days(30, until=date(2026, 1, 31))),
    ],
)
def test_days_are_chosen(asked, period):
    assert PeriodForm(asked).chosen == period()


def test_a_chart_shows_each_figure_and_tells_it():
    chart = Chart("<b>Odd</b>", "Two.", [Bar("Mon", 10, "10"), Bar("Tue", 0, "none"), Bar("Wed", 5, "5")])

    assert "&lt;b&gt;Odd&lt;/b&gt;" in chart.svg
    assert chart.svg.count("<rect") == 3
    assert "Tue: none" in chart.svg
    assert (chart.first, chart.last, chart.top, chart.half) == ("Mon", "Wed", "10", "5")


@pytest.mark.parametrize(
    ("most", "line"), [(0, 2), (1, 2), (3, 4), (10, 10), (11, 20), (99, 100), (401, 1000), (100_000, 100_000)]
)
def test_the_scale_ends_with_a_round_number(most, line):
    assert ceiling(most) == line
