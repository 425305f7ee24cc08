"""Periodic work starts when it is due, once, whoever looks at the clock."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config import background, periodic, tasks
from config.models import PeriodicJob
from config.tests.helpers import run_tasks


@pytest.fixture(autouse=True)
def _only_our_job(monkeypatch):
    monkeypatch.setattr(periodic, "jobs", {})
    periodic.register("tidy", timedelta(hours=1), tasks.prune)


@pytest.mark.django_db
def test_a_new_job_starts_at_once_and_then_when_its_hour_is_over():
    with time_machine.travel("2026-11-21 10:00:00Z", tick=False) as clock:
        assert periodic.tick() == ["tidy"]
        run_tasks()
        assert periodic.tick() == []

        clock.shift(timedelta(minutes=59))
        assert periodic.tick() == []

        clock.shift(timedelta(minutes=1))
        assert periodic.tick() == ["tidy"]


@pytest.mark.django_db
def test_runs_that_nobody_worked_do_not_pile_up():
    with time_machine.travel("2026-11-21 10:00:00Z", tick=False) as clock:
        periodic.tick()
        for _ in range(5):
            clock.shift(timedelta(hours=1))
            periodic.tick()

    assert DBTaskResult.objects.count() == 1


@pytest.mark.django_db
def test_a_run_that_pauses_after_a_failure_is_pulled_forward():
    with time_machine.travel("2026-11-21 10:00:00Z", tick=False) as clock:
        periodic.tick()
        DBTaskResult.objects.update(run_after=timezone.now() + timedelta(hours=9), worker_ids=["w"])
        clock.shift(timedelta(hours=1))

        periodic.tick()

        assert DBTaskResult.objects.ready().count() == 1


@pytest.mark.django_db
def test_a_parked_run_is_no_trouble_once_a_later_one_succeeded():
    with time_machine.travel("2026-11-21 10:00:00Z", tick=False) as clock:
        periodic.tick()
        DBTaskResult.objects.update(
            status="FAILED", finished_at=timezone.now(), worker_ids=["w"] * background.MAX_ATTEMPTS
        )
        assert len(background.parked()) == 1
        clock.shift(timedelta(hours=1))
        periodic.tick()
        DBTaskResult.objects.filter(status="READY").update(
            status="SUCCESSFUL", finished_at=timezone.now(), worker_ids=["w"]
        )

        assert background.parked() == []


@pytest.mark.django_db
def test_nothing_due_costs_one_query(django_assert_num_queries):
    periodic.tick()

    with django_assert_num_queries(1):
        periodic.tick()


@pytest.mark.django_db(transaction=True)
def test_many_clocks_start_it_once():
    def look(_: int) -> list[str]:
        try:
            return periodic.tick()
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        started = [name for names in pool.map(look, range(12)) for name in names]

    assert started == ["tidy"]
    assert PeriodicJob.objects.count() == 1
