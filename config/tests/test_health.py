"""Readiness and `doctor` tell the truth, and only `doctor` tells why."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from config import background, health, tasks
from config.tests.helpers import database_away

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _roomy_disk(monkeypatch):
    """The machine that runs the tests may be as full as it likes."""
    monkeypatch.setattr(health, "LEAST_DISK", 0)
    monkeypatch.setattr(health, "_migrated", False)


def doctor(capsys) -> str:
    """What the doctor says; ends with its verdict if it is a bad one."""
    try:
        call_command("doctor", no_color=True)
    except CommandError as verdict:
        return f"{capsys.readouterr().out}{verdict}"
    return capsys.readouterr().out


def test_a_well_shop_is_ready(client, capsys):
    answer = client.get("/health/ready")

    assert (answer.status_code, answer.text) == (200, "ready")
    assert doctor(capsys).endswith("The shop is well.\n")


def test_without_a_database_the_shop_lives_but_is_not_ready(client, capsys):
    with database_away():
        alive, answer, words = client.get("/health/live"), client.get("/health/ready"), doctor(capsys)

    assert alive.status_code == 200
    assert (answer.status_code, answer.text) == (503, "not ready")
    assert "The database does not answer: connection refused" in words
    assert words.endswith("The shop is not well.")


def test_a_migration_that_waits_makes_it_unready(client, capsys):
    ((room, newest),) = MigrationLoader(connection).graph.leaf_nodes("config")
    MigrationRecorder(connection).record_unapplied(room, newest)

    assert client.get("/health/ready").status_code == 503
    assert "1 migrations are not applied: run `manage.py migrate`." in doctor(capsys)


def test_migrations_are_looked_for_until_all_are_there(client, django_assert_max_num_queries):
    assert client.get("/health/ready").status_code == 200

    with django_assert_max_num_queries(2):
        assert client.get("/health/ready").status_code == 200


def test_a_stuck_queue_shows_after_two_minutes(client, capsys):
    task = DBTaskResult.objects.get(pk=tasks.prune.enqueue().id)
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(seconds=110))
    assert client.get("/health/ready").status_code == 200

    DBTaskResult.objects.filter(pk=task.pk).update(enqueued_at=timezone.now() - timedelta(seconds=130))

    assert client.get("/health/ready").status_code == 503
    assert "waiting for 3 minutes: is `manage.py worker` running?" in doctor(capsys)


def test_a_task_for_later_is_no_stuck_queue(client):
    tasks.prune.using(run_after=timezone.now() + timedelta(hours=1)).enqueue()
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(hours=1))

    assert client.get("/health/ready").status_code == 200


def test_a_full_disk_makes_it_unready(client, capsys, monkeypatch):
    monkeypatch.setattr(health, "LEAST_DISK", 10**18)

    assert client.get("/health/ready").status_code == 503
    assert "MB are free under" in doctor(capsys)


def test_parked_tasks_are_the_doctors_business_only(client, capsys):
    task = DBTaskResult.objects.get(pk=tasks.prune.enqueue().id)
    task.status, task.finished_at = TaskResultStatus.FAILED, timezone.now()
    task.worker_ids = ["w"] * background.MAX_ATTEMPTS
    task.save()

    assert client.get("/health/ready").status_code == 200
    words = doctor(capsys)
    assert "1 tasks have failed 8 times each and are parked: config.tasks.prune." in words
    assert words.endswith("The shop is not well.")


def test_rooms_may_sign_up_checks_of_their_own(client, monkeypatch):
    monkeypatch.setattr(health, "checks", {})
    health.register("books", lambda: "The books do not balance.")

    assert client.get("/health/ready").status_code == 503


def test_health_sets_no_cookie_and_works_over_plain_http(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    answer = client.get("/health/live")

    assert answer.status_code == 200
    assert not answer.cookies
