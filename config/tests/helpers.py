"""What tests of every room need of the ground."""

from unittest.mock import patch

from django_tasks_db.models import DBTaskResult

from config.worker import Worker


def run_tasks() -> None:
    """Work the queue here and now until nothing is due, as `manage.py worker` would; fails if a task failed."""
    # Between tasks a worker drops its connections; a test holds its own in a transaction.
    with patch("django_tasks_db.management.commands.db_worker.close_old_connections"):
        Worker(batch=True, interval=0).run()
    failed = DBTaskResult.objects.exclude(traceback="").exclude(status="SUCCESSFUL").first()
    assert failed is None, f"{failed.task_path} failed:\n{failed.traceback}"
