"""What django-tasks-db leaves to its users: another try after a failure, and rescue when a worker dies.

A task is a row, written in the transaction of the data it belongs to. Whatever happens to workers, a row ends
successful, or parked: failed `MAX_ATTEMPTS` times, shown in the console and by `doctor`. Rescue means that a
task may run twice, so every task must bear it.
"""

import logging
import random
from datetime import timedelta

from django.dispatch import receiver
from django.utils import timezone
from django_tasks import TaskResult, TaskResultStatus
from django_tasks.signals import task_finished
from django_tasks_db.models import DBTaskResult

from config import periodic
from config.models import WorkerBeat

logger = logging.getLogger("tally.background")

# With the pauses below the last try comes about three hours after the first.
MAX_ATTEMPTS = 8
# A worker beats every BEAT; one that has been silent for LEASE is taken for dead.
BEAT = timedelta(seconds=5)
LEASE = timedelta(seconds=30)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after that many failures: 10 s, 40 s, 160 s … an hour, a little scattered."""
    seconds = min(10 * 4 ** (attempts - 1), 3600)
    return timedelta(seconds=seconds * random.uniform(0.9, 1.1))  # noqa: S311  (scatter, not a secret)


def try_again(row: DBTaskResult) -> bool:
    """Put a failed or orphaned task back into the queue, once; says no, and parks it, after MAX_ATTEMPTS."""
    attempts = len(row.worker_ids)
    unchanged = DBTaskResult.objects.filter(pk=row.pk, status=row.status, started_at=row.started_at)
    if attempts < MAX_ATTEMPTS:
        return bool(
            unchanged.update(
                status=TaskResultStatus.READY,
                run_after=timezone.now() + pause_after(attempts),
                finished_at=None,
            )
        )
    if row.status == TaskResultStatus.RUNNING:
        unchanged.update(
            status=TaskResultStatus.FAILED,
            finished_at=timezone.now(),
            traceback=f"The worker died during this task, {attempts} times.",
        )
    logger.error(
        "Parked after %s attempts: %s", attempts, row.task_path, extra={"facts": {"task": str(row.pk)}}
    )
    return False


@receiver(task_finished, dispatch_uid="config.background.retry_failed")
def retry_failed(sender: type, task_result: TaskResult, **_: object) -> None:
    if task_result.status == TaskResultStatus.FAILED:
        try_again(DBTaskResult.objects.get(pk=task_result.id))


def beat(worker: str) -> None:
    """Note that the worker lives."""
    WorkerBeat.objects.update_or_create(worker=worker, defaults={"seen_at": timezone.now()})


def reap() -> int:
    """Take up the tasks that nobody works on any more; returns how many.

    Those are the running ones whose worker has been silent for LEASE, and the failed ones whose worker
    died between noting the failure and putting the task back.
    """
    silent_since = timezone.now() - LEASE
    alive = set(WorkerBeat.objects.filter(seen_at__gte=silent_since).values_list("worker", flat=True))
    running = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING, started_at__lt=silent_since)
    orphans = [row for row in running if not alive.intersection(row.worker_ids[-1:])]
    failed = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, finished_at__lt=silent_since)
    forgotten = [
        row for row in failed.filter(finished_at__gte=silent_since - timedelta(days=1)) if not is_parked(row)
    ]
    return sum(try_again(row) for row in [*orphans, *forgotten])


def is_parked(row: DBTaskResult) -> bool:
    return row.status == TaskResultStatus.FAILED and len(row.worker_ids) >= MAX_ATTEMPTS


def parked() -> list[DBTaskResult]:
    """Tasks that have failed for good and wait for somebody to look at them.

    Periodic work that has succeeded since is not among them: its later runs did what this one could not.
    """
    failed = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED)
    return [row for row in failed if is_parked(row) and not _made_up_for(row)]


def _made_up_for(row: DBTaskResult) -> bool:
    if row.task_path not in {job.task.module_path for job in periodic.jobs.values()}:
        return False
    later = DBTaskResult.objects.filter(task_path=row.task_path, finished_at__gt=row.finished_at)
    return later.filter(status=TaskResultStatus.SUCCESSFUL).exists()


def oldest_wait() -> timedelta:
    """How long the task that is due longest has been waiting for a worker; zero if none is due."""
    now = timezone.now()
    due = DBTaskResult.objects.ready().values_list("enqueued_at", "run_after")
    # A task without a time of its own has run_after in the year 9999.
    times = [enqueued if after > now else max(enqueued, after) for enqueued, after in due[:200]]
    return now - min(times, default=now)


class NotParked(Exception):
    """The task has not failed, or somebody else has put it back."""

    def __init__(self) -> None:
        super().__init__("This task is not parked any more.")


def run_again(row: DBTaskResult) -> None:
    """Put a parked task back into its queue with all its tries; of two that press at once, one gets NotParked."""
    parked_row = DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.FAILED)
    fresh = {"worker_ids": [], "run_after": timezone.now(), "started_at": None, "finished_at": None}
    if not parked_row.update(status=TaskResultStatus.READY, **fresh):
        raise NotParked
