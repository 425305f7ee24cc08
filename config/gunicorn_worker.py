"""The threaded worker, made to share: one queue for all workers, in the kernel, instead of one in each.

gunicorn's own takes every connection that it can get and lets it wait inside, so a visitor may stand behind slow
requests of one worker while another has nothing to do. This one leaves new connections in the listening socket while
its threads are busy, and sends those it has back there after their answer when others wait.
"""

from gunicorn.workers.gthread import ThreadWorker


class SharingWorker(ThreadWorker):
    """Takes no connection that it cannot serve at once; `under_way` counts the requests handed to threads.

    All but `max_keepalived` runs in the worker's main thread, so plain numbers do.
    """

    under_way = 0

    @property
    def max_keepalived(self) -> int:
        """How many idle connections may be kept: none while requests wait here."""
        return 0 if self.under_way >= self.cfg.threads else self._max_keepalived

    @max_keepalived.setter
    def max_keepalived(self, most: int) -> None:
        self._max_keepalived = most

    @property
    def has_a_free_thread(self) -> bool:
        return self.under_way < self.cfg.threads

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled and self.has_a_free_thread)

    def enqueue_req(self, conn) -> None:
        self.under_way += 1
        super().enqueue_req(conn)
        if not self.has_a_free_thread:
            self.set_accept_enabled(False)

    def finish_request(self, conn, fs) -> None:
        self.under_way -= 1
        super().finish_request(conn, fs)
