"""Is the process alive, and is it fit to be sent visitors? Neither answer shows details; `doctor` does."""

import shutil
from collections.abc import Callable, Collection
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from config import background, breaker
from config.throttle import in_words

# A check returns a sentence that says what is wrong, or "".
Check = Callable[[], str]
checks: dict[str, Check] = {}
# Names of those that `doctor` alone asks: they are no reason to send visitors away.
for_people: set[str] = set()

LONGEST_WAIT = timedelta(minutes=2)
LEAST_DISK = 200_000_000  # bytes


def register(name: str, check: Check, *, stops_visitors: bool = True) -> None:
    """Have readiness and `doctor` ask this too; call it in AppConfig.ready. A check takes milliseconds.

    What does not stop visitors is for `doctor` alone.
    """
    checks[name] = check
    if not stops_visitors:
        for_people.add(name)


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse("live", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 if the shop can serve, 503 if not; why, is for `manage.py doctor`."""
    if all(sentence == "" for _, sentence in examine(set(checks) - for_people)):
        return HttpResponse("ready", content_type="text/plain")
    return HttpResponse("not ready", status=503, content_type="text/plain")


def examine(names: Collection[str] = checks.keys()) -> list[tuple[str, str]]:
    """Ask these checks; returns names and what is wrong, "" if nothing. A database that is away is said once."""
    answers = []
    for name, check in ((name, check) for name, check in checks.items() if name in names):
        try:
            answers.append((name, check()))
        except (DatabaseError, InterfaceError) as error:
            # Whatever the next checks would ask, they would ask it of the same database.
            return [*answers, (name, f"The database does not answer: {' '.join(str(error).split())}")]
    return answers


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


_migrated = False


def migrations() -> str:
    """Look for migrations that were not applied; once there are none, this process need not look again."""
    global _migrated
    if _migrated:
        return ""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    _migrated = not waiting
    return f"{len(waiting)} migrations are not applied: run `manage.py migrate`." if waiting else ""


def queue() -> str:
    wait = background.oldest_wait()
    if wait <= LONGEST_WAIT:
        return ""
    words = in_words(round(wait.total_seconds()))
    return f"Background work has been waiting for {words}: is `manage.py worker` running?"


def disk() -> str:
    places = {settings.VAR_DIR, Path(settings.MEDIA_ROOT), Path(settings.PRIVATE_ROOT)}
    full = [place for place in places if place.is_dir() and shutil.disk_usage(place).free < LEAST_DISK]
    return f"Less than {LEAST_DISK // 1_000_000} MB are free under {full[0]}." if full else ""


register("database", database)
register("migrations", migrations)
register("background work", queue)
register("disk", disk)
register("circuit breakers", breaker.what_is_open, stops_visitors=False)
