"""Background work is done once, tried again when it fails, and rescued when a worker dies."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from config import background, periodic, tasks
from config.models import PeriodicJob, WorkerBeat
from config.tests.helpers import TaskFailed, run_tasks
from config.worker import Clock, Worker

seen: list[object] = []


@task
def note(text: str) -> None:
    seen.append(text)


@task(takes_context=True)
def fail_twice(context) -> None:
    seen.append(context.attempt)
    if context.attempt < 3:
        raise ValueError("not yet")


@task
def fail() -> None:
    raise ValueError("never")


@task
def sleep(seconds: float) -> None:
    time.sleep(seconds)


@pytest.fixture(autouse=True)
def _forget():
    seen.clear()


@pytest.fixture
def nothing_due(transactional_db):
    """The rooms' own periodic work has just been done."""
    for name in periodic.jobs:
        PeriodicJob.objects.create(name=name, next_run_at=timezone.now() + timedelta(hours=1))


def work() -> None:
    """Work the queue as `run_tasks` does, failures being expected."""
    with contextlib.suppress(TaskFailed):
        run_tasks()


def work_all_tries(limit: int = 20) -> int:
    """Work the queue as if every pause were over; returns the rounds it took."""
    for number in range(1, limit):
        DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(run_after=timezone.now())
        work()
        if not DBTaskResult.objects.filter(status=TaskResultStatus.READY).exists():
            return number
    raise AssertionError("It never ended.")


@pytest.mark.django_db
def test_run_tasks_works_what_was_enqueued_once():
    note.enqueue("a")
    note.enqueue("b")

    run_tasks()
    run_tasks()

    assert seen == ["a", "b"]


@pytest.mark.django_db
def test_a_test_hears_of_a_task_that_failed():
    fail.enqueue()

    with pytest.raises(TaskFailed, match="ValueError: never"):
        run_tasks()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_never_worked():
    with transaction.atomic():
        note.enqueue("a")
        transaction.set_rollback(True)
    run_tasks()

    assert seen == []


@pytest.mark.django_db
def test_a_task_that_fails_is_tried_again_after_a_pause():
    fail_twice.enqueue()

    work()
    row = DBTaskResult.objects.get()
    assert row.status == TaskResultStatus.READY
    assert timedelta(seconds=8) < row.run_after - timezone.now() < timedelta(seconds=12)

    work_all_tries()
    assert seen == [1, 2, 3]
    assert DBTaskResult.objects.get().status == TaskResultStatus.SUCCESSFUL


@pytest.mark.django_db
def test_a_task_that_always_fails_is_parked_and_told(capsys):
    fail.enqueue()

    assert work_all_tries() == background.MAX_ATTEMPTS

    (row,) = background.parked()
    assert len(row.worker_ids) == background.MAX_ATTEMPTS
    assert "ValueError: never" in row.traceback
    assert background.reap() == 0


@pytest.mark.parametrize("attempts", range(1, background.MAX_ATTEMPTS))
def test_pauses_grow_up_to_an_hour(attempts):
    wanted = min(10 * 4 ** (attempts - 1), 3600)

    assert 0.9 * wanted <= background.pause_after(attempts).total_seconds() <= 1.1 * wanted


def orphan(*, worker: str, ago: timedelta) -> DBTaskResult:
    """A task that `worker` took up and never ended."""
    row = DBTaskResult.objects.get(pk=note.enqueue("x").id)
    row.status, row.worker_ids, row.started_at = TaskResultStatus.RUNNING, [worker], timezone.now() - ago
    row.save()
    return row


@pytest.mark.django_db
def test_the_task_of_a_silent_worker_is_taken_up_once():
    row = orphan(worker="dead", ago=timedelta(minutes=1))
    WorkerBeat.objects.create(worker="dead", seen_at=timezone.now() - timedelta(minutes=1))

    assert background.reap() == 1
    assert background.reap() == 0

    row.refresh_from_db()
    assert row.status == TaskResultStatus.READY


@pytest.mark.django_db
def test_a_long_task_of_a_living_worker_is_left_alone():
    row = orphan(worker="alive", ago=timedelta(hours=2))
    background.beat("alive")

    assert background.reap() == 0

    row.refresh_from_db()
    assert row.status == TaskResultStatus.RUNNING


@pytest.mark.django_db
def test_a_task_that_kills_its_workers_is_parked_in_the_end():
    row = orphan(worker="dead", ago=timedelta(minutes=1))
    row.worker_ids = ["dead"] * background.MAX_ATTEMPTS
    row.save()

    assert background.reap() == 0

    row.refresh_from_db()
    assert row.status == TaskResultStatus.FAILED
    assert "The worker died" in row.traceback


@pytest.mark.django_db
def test_a_failure_that_nobody_put_back_is_found():
    row = orphan(worker="dead", ago=timedelta(minutes=2))
    row.status, row.finished_at = TaskResultStatus.FAILED, timezone.now() - timedelta(minutes=1)
    row.save()

    assert background.reap() == 1


@pytest.mark.django_db
def test_a_task_whose_code_is_gone_is_parked_and_does_not_stop_the_worker():
    row = DBTaskResult.objects.get(pk=note.enqueue("x").id)
    DBTaskResult.objects.filter(pk=row.pk).update(task_path="config.tasks.gone")
    note.enqueue("next")

    work()

    assert seen == ["next"]
    row.refresh_from_db()
    assert row.status == TaskResultStatus.FAILED


@pytest.mark.django_db
def test_oldest_wait_counts_from_when_a_task_was_due():
    assert background.oldest_wait() == timedelta(0)
    later = note.using(run_after=timezone.now() + timedelta(hours=1)).enqueue("later")
    assert background.oldest_wait() == timedelta(0)

    DBTaskResult.objects.filter(pk=later.id).update(
        enqueued_at=timezone.now() - timedelta(hours=3), run_after=timezone.now() - timedelta(minutes=5)
    )
    assert timedelta(minutes=5) <= background.oldest_wait() < timedelta(minutes=6)

    waiting = note.enqueue("now")
    DBTaskResult.objects.filter(pk=waiting.id).update(enqueued_at=timezone.now() - timedelta(minutes=9))
    assert timedelta(minutes=9) <= background.oldest_wait() < timedelta(minutes=10)


@pytest.mark.usefixtures("nothing_due")
def test_the_clock_beats_ticks_and_reaps_beside_the_worker():
    orphan(worker="dead", ago=timedelta(minutes=1))
    clock = Clock(lambda: "me")

    clock.start()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and not WorkerBeat.objects.filter(worker="me").exists():
        time.sleep(0.05)
    clock.stop()

    assert not clock.is_alive()
    assert WorkerBeat.objects.filter(worker="me").exists()
    assert not DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_outlives_a_database_that_goes_away(monkeypatch):
    from django.db import OperationalError

    worker = Worker(interval=0.01)
    first_name = worker.worker_id
    calls = []

    def broken_then_stopped(self):
        calls.append(self.worker_id)
        if len(calls) == 1:
            raise OperationalError("server closed the connection unexpectedly")
        self.running = False

    monkeypatch.setattr("config.worker.DatabaseWorker.run", broken_then_stopped)

    worker.run()

    assert calls[0] == first_name
    assert calls[1] != first_name


@pytest.mark.django_db
def test_prune_keeps_what_is_fresh_and_forgets_what_is_old():
    for days in (1, 8):
        row = DBTaskResult.objects.get(pk=note.enqueue("x").id)
        row.status, row.finished_at = TaskResultStatus.SUCCESSFUL, timezone.now() - timedelta(days=days)
        row.save()
    WorkerBeat.objects.create(worker="old", seen_at=timezone.now() - timedelta(days=2))

    tasks.prune.call()

    assert DBTaskResult.objects.count() == 1
    assert WorkerBeat.objects.count() == 0


@pytest.fixture
def worker_process(nothing_due):
    """Start real workers on the test's own database."""
    started: list[subprocess.Popen] = []
    name = connection.settings_dict["NAME"]
    url = f"sqlite:///{name}"
    if connection.vendor == "postgresql":
        parts = connection.settings_dict
        url = f"postgres://{parts['USER']}:{parts['PASSWORD']}@{parts['HOST']}:{parts['PORT']}/{name}"
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings_test"}

    def start(*arguments: str) -> subprocess.Popen:
        command = [sys.executable, "manage.py", "worker", *arguments]
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def wait_for(status: str, seconds: float = 30) -> DBTaskResult:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if row := DBTaskResult.objects.filter(status=status, task_path=sleep.module_path).first():
            return row
        time.sleep(0.1)
    raise AssertionError(f"No task became {status}.")


@pytest.mark.slow
def test_sigterm_lets_the_task_under_way_finish_and_ends_cleanly(worker_process):
    sleep.enqueue(2)
    process = worker_process()
    wait_for(TaskResultStatus.RUNNING)

    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=15) == 0
    assert DBTaskResult.objects.get(task_path=sleep.module_path).status == TaskResultStatus.SUCCESSFUL


@pytest.mark.slow
def test_sigterm_ends_an_idle_worker_at_once(worker_process):
    process = worker_process()
    deadline = time.monotonic() + 30
    while not WorkerBeat.objects.exists() and time.monotonic() < deadline:
        time.sleep(0.1)

    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=10) == 0


@pytest.mark.slow
def test_a_killed_workers_task_is_done_by_another(worker_process):
    sleep.enqueue(0.5)
    DBTaskResult.objects.update(args_kwargs={"args": [60], "kwargs": {}})
    victim = worker_process()
    row = wait_for(TaskResultStatus.RUNNING)
    victim.kill()
    victim.wait()
    # Half a minute of silence, told rather than waited for.
    WorkerBeat.objects.update(seen_at=timezone.now() - background.LEASE * 2)
    DBTaskResult.objects.filter(pk=row.pk).update(
        started_at=timezone.now() - background.LEASE * 2, args_kwargs={"args": [0], "kwargs": {}}
    )

    assert background.reap() == 1
    DBTaskResult.objects.update(run_after=timezone.now())
    run_tasks()

    row.refresh_from_db()
    assert row.status == TaskResultStatus.SUCCESSFUL
    assert len(row.worker_ids) == 2


@pytest.mark.slow
def test_two_workers_do_each_task_once(worker_process):
    processes = [worker_process(), worker_process()]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and WorkerBeat.objects.count() < 2:
        time.sleep(0.1)
    for _ in range(20):
        sleep.enqueue(0.1)

    while time.monotonic() < deadline and DBTaskResult.objects.exclude(status="SUCCESSFUL").exists():
        time.sleep(0.2)
    for process in processes:
        process.send_signal(signal.SIGTERM)

    assert [process.wait(timeout=10) for process in processes] == [0, 0]
    rows = list(DBTaskResult.objects.all())
    assert {row.status for row in rows} == {TaskResultStatus.SUCCESSFUL}
    assert {len(row.worker_ids) for row in rows} == {1}
    assert len({row.worker_ids[0] for row in rows}) == 2
