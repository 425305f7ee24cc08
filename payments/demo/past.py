"""The past, kept apart: while it is written, the simulator's clock goes along and nobody else looks in."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from config import periodic
from config.models import PeriodicJob
from payments.demo.clock import real_now, shop_time
from payments.demo.simulator import Simulator

# The worker's sweeps go by real time, for which all of the past is over: they rest while it is written.
REST = timedelta(minutes=2)
SWEEP_ENDS_WITHIN = 5  # seconds
_resting_rooms = {"payments"}


def let_rest(room: str) -> None:
    """Let the sweeps of a room rest, too, while the past is written."""
    _resting_rooms.add(room)


class Past:
    """Moments before now, at the simulator as in the shop; to be used inside `the_past`."""

    def __init__(self, simulator: Simulator):
        self._simulator = simulator
        self._sweeps_rest_until = real_now()

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Let what is done inside happen then. What has become due at the simulator meanwhile has happened, too."""
        self.put_off_sweeps()
        self._simulator.set_clock(moment)
        with shop_time(moment):
            yield

    def put_off_sweeps(self) -> None:
        """Let no sweep begin for a while; should this process be killed, they begin again by themselves."""
        if self._sweeps_rest_until - real_now() > REST / 2:
            return
        self._sweeps_rest_until = real_now() + REST
        for name in _sweeps():
            PeriodicJob.objects.update_or_create(name=name, defaults={"next_run_at": self._sweeps_rest_until})


@contextmanager
def the_past(simulator: Simulator) -> Iterator[Past]:
    """Open the past: no webhook tells of what happens there, no sweep ends it. However it is left, now is now again."""
    past = Past(simulator)
    past.put_off_sweeps()
    _wait_for_sweeps()
    began = real_now()
    simulator.send_webhooks(False)
    try:
        yield past
    finally:
        simulator.set_clock(None)
        simulator.send_webhooks(True)
        # Mails that wait for a worker have not been waiting for weeks.
        waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY, enqueued_at__lt=began)
        waiting.update(enqueued_at=began)
        PeriodicJob.objects.filter(name__in=_sweeps()).update(next_run_at=real_now())


def _sweeps() -> dict[str, str]:
    """The periodic jobs that rest: name to task."""
    return {
        job.name: job.task.module_path
        for job in periodic.jobs.values()
        if job.task.module_path.partition(".")[0] in _resting_rooms
    }


def _wait_for_sweeps() -> None:
    """Wait for a sweep that is under way; without a worker none ever ends, and none is to be feared."""
    under_way = DBTaskResult.objects.filter(
        task_path__in=_sweeps().values(), status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING]
    )
    deadline = time.monotonic() + SWEEP_ENDS_WITHIN
    while under_way.exists() and time.monotonic() < deadline:
        time.sleep(0.2)
