"""Work that comes round by the clock; any number of processes may keep it, one of them starts it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from config.models import PeriodicJob


@dataclass(frozen=True)
class Job:
    name: str
    every: timedelta
    task: Task


jobs: dict[str, Job] = {}


def register(name: str, every: timedelta, task: Task) -> None:
    """Have the workers enqueue `task`, which takes no arguments, once in `every`; call it in AppConfig.ready."""
    jobs[name] = Job(name, every, task)


def tick() -> list[str]:
    """Enqueue what is due and return its names. Cheap: one query while nothing is."""
    now = timezone.now()
    due_at = dict(PeriodicJob.objects.values_list("name", "next_run_at"))
    for name in jobs.keys() - due_at.keys():
        PeriodicJob.objects.get_or_create(name=name, defaults={"next_run_at": now})
        due_at[name] = now
    return [job.name for job in jobs.values() if due_at[job.name] <= now and _start(job, now)]


@transaction.atomic
def _start(job: Job, now: datetime) -> bool:
    """Move the job's clock on and have its task run, if this process is the one that moved it."""
    elected = PeriodicJob.objects.filter(name=job.name, next_run_at__lte=now).update(
        next_run_at=now + job.every, last_run_at=now
    )
    if not elected:
        return False
    # A run that still waits, for a worker or after a failure, does for this one too: now, not after its pause.
    waiting = DBTaskResult.objects.filter(task_path=job.task.module_path, status=TaskResultStatus.READY)
    if not waiting.update(run_after=now):
        job.task.enqueue()
    return True
