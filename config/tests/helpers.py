"""What tests of every room need of the ground."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.apps import apps
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, JSONField, TextField
from django_tasks_db.models import DBTaskResult

from config.worker import Worker


class TaskFailed(AssertionError):
    """A task that a test worked has failed; the message holds its traceback."""


def run_tasks() -> None:
    """Work the queue here and now until nothing is due, as `manage.py worker` would; fails if a task failed."""
    # Between tasks a worker drops its connections; a test holds its own in a transaction.
    with patch("django_tasks_db.management.commands.db_worker.close_old_connections"):
        Worker(batch=True, interval=0).run()
    failed = DBTaskResult.objects.exclude(traceback="").exclude(status="SUCCESSFUL").first()
    if failed is not None:
        raise TaskFailed(f"{failed.task_path} failed:\n{failed.traceback}")


@contextmanager
def database_away() -> Iterator[None]:
    """Meanwhile, nobody reaches the database."""
    with patch.object(BaseDatabaseWrapper, "cursor", side_effect=OperationalError("connection refused")):
        yield


def places_that_hold(text: str) -> set[str]:
    """Every column of every table, the shop's and Django's, in which this text stands somewhere, whatever its case."""
    return {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, (CharField, TextField, JSONField))
        and _holds(model._meta.db_table, field.column, text)
    }


def _holds(table: str, column: str, text: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT COUNT(*) FROM "{table}" WHERE LOWER(CAST("{column}" AS TEXT)) LIKE %s',
            [f"%{text.lower()}%"],
        )
        return bool(cursor.fetchone()[0])
