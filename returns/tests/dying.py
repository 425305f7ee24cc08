"""Processes that are killed between one write and the next, as by `kill -9` or a power cut."""

import os
import signal
import traceback
from collections.abc import Callable

from django.db import connection

from payments import gateway

_WRITES = ("INSERT", "UPDATE", "DELETE")


class Fuse:
    """Kills its process at the n-th point: before a write, before a commit, before and after a refund at Stripe."""

    def __init__(self, point: int):
        self.left = point

    def burn(self) -> None:
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith(_WRITES):
            self.burn()
        return execute(sql, params, many, context)

    def watch(self) -> None:
        """Look at the commits and refunds of this process as well."""
        commit, refund = connection._commit, gateway.refund_intent

        def watched_commit():
            self.burn()
            return commit()

        def watched_refund(*given, **more):
            self.burn()
            made = refund(*given, **more)
            self.burn()
            return made

        connection._commit = watched_commit
        gateway.refund_intent = watched_refund


def killed_at(point: int, act: Callable[[], object]) -> bool:
    """Do it in a process of its own that dies at this point; returns whether it got so far.

    Fails if the act raised an error in place of dying.
    """
    connection.close()  # two processes cannot share one
    child = os.fork()
    if not child:
        code = 1
        try:
            fuse = Fuse(point)
            fuse.watch()
            with connection.execute_wrapper(fuse):
                act()
            code = 0
        except Exception:
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    assert status in {0, signal.SIGKILL}, f"The process ended with {status}."
    return status == signal.SIGKILL


def deaths(act: Callable[[], object], *, most: int = 100) -> int:
    """Let it die at the first point, the second and so on, until it comes through; returns at how many it died."""
    for point in range(1, most):
        if not killed_at(point, act):
            return point - 1
    raise AssertionError("It never came through.")
