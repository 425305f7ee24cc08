"""The loop of `manage.py worker`: django-tasks-db's own, with a second thread for the clock."""

import logging
import threading
from collections.abc import Callable

from django.db import Error, close_old_connections, connection
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker as DatabaseWorker
from django_tasks_db.models import DBTaskResult

from config import background, logs, periodic

logger = logging.getLogger("tally.worker")

# Seconds between two looks at an empty queue, and between two ticks of the clock.
INTERVAL = 1.0


class Worker(DatabaseWorker):
    """Works every queue. Log lines written during a task carry its id."""

    def __init__(self, *, batch: bool = False, interval: float = INTERVAL):
        super().__init__(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=interval,
            batch=batch,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
        )

    def run(self) -> None:
        """Work until told to stop; outlives a database that goes away for a while.

        A task that was under way when it went may be noted as running for ever, so this worker then goes on
        under a new name: the old one falls silent, and `background.reap` takes up what it left.
        """
        while self.running:
            try:
                super().run()
                return
            except Error as error:
                if self.batch:
                    raise
                logger.error("The database went away; trying again.", exc_info=error)
                self.worker_id = get_random_string(32)
                connection.close()
                threading.Event().wait(self.interval)

    def run_task(self, db_task_result: DBTaskResult) -> None:
        token = logs.request_id.set(db_task_result.pk.hex)  # as long as a request's number is
        try:
            super().run_task(db_task_result)
        finally:
            logs.request_id.reset(token)


class Clock(threading.Thread):
    """Beside a worker: says that it lives, starts what is due, takes up what dead workers left.

    A thread of its own, with its own connection, so that a long task stops none of it.
    """

    def __init__(self, name_of_worker: Callable[[], str]):
        super().__init__(name="clock", daemon=True)
        self._name_of_worker = name_of_worker
        self._stopped = threading.Event()
        self._rounds = 0

    def run(self) -> None:
        while not self._stopped.is_set():
            close_old_connections()
            try:
                self._round()
            except Error as error:
                logger.error("The clock missed a round.", exc_info=error)
                connection.close()
            self._stopped.wait(INTERVAL)
        connection.close()

    def _round(self) -> None:
        if self._rounds % background.BEAT.seconds == 0:
            background.beat(self._name_of_worker())
            if taken := background.reap():
                logger.warning("Took up %s tasks that nobody worked on.", taken)
        periodic.tick()
        self._rounds += 1

    def stop(self) -> None:
        self._stopped.set()
        self.join(timeout=5)
