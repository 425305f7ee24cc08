"""The house's own periodic work: throwing away what is over."""

from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone
from django_tasks import task

from config import throttle
from config.models import WorkerBeat

# Days that the trace of background work is kept: long enough to ask, short enough for people's data in it.
KEEP_DONE, KEEP_PARKED = 7, 60


@task
def prove_books() -> None:
    """Hold the books against their rules, so that the console's front page need not."""
    from config.console.books_badge import prove_if_due

    prove_if_due()


@task
def prune() -> None:
    """Forget throttle windows, finished tasks, ended sessions and workers that have gone."""
    throttle.prune()
    call_command(
        "prune_db_task_results",
        queue_name="*",
        min_age_days=KEEP_DONE,
        failed_min_age_days=KEEP_PARKED,
        verbosity=0,
    )
    call_command("clearsessions")
    WorkerBeat.objects.filter(seen_at__lt=timezone.now() - timedelta(days=1)).delete()
