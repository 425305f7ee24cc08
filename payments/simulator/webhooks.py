"""Webhooks: queued with the event, signed at every attempt, sent again until taken or given up.

Nothing promises an order: several threads send at once, as Stripe does. The queue is a table, so what
was not delivered before the simulator was killed is delivered when it starts again.
"""

from __future__ import annotations

import heapq
import json
import random
import threading
import time
from dataclasses import asdict
from typing import Any

from . import events, signing
from .delivery import Endpoint, Job, Mode
from .outbox import Post, Target
from .store import Store
from .work import Work

Doc = dict[str, Any]

STOP_SECONDS = 2.0
"""How long stopping waits for a webhook under way; one that is not answered by then is sent again at the next start."""


class Sender:
    """Queues deliveries, and sends them from a few threads."""

    def __init__(self, store: Store, endpoint: Endpoint, workers: int = 2) -> None:
        self.store = store
        self.endpoint = endpoint
        self._changed = threading.Condition()
        self._jobs: list[Job] = []
        self._in_flight = 0
        self._attempts = 0
        self._stopped = False
        self._threads = [
            threading.Thread(target=self._run, name=f"simulator-webhooks-{n}", daemon=True)
            for n in range(workers)
        ]
        self.set_mode(Mode())

    # Queueing, inside the unit of work that made the event

    def queue(self, work: Work, event: Doc) -> None:
        """Queue a new event for the endpoint, if it listens to its type, as the mode has it."""
        if self.endpoint.url is None or not events.is_enabled(event["type"], self.endpoint.enabled):
            return
        mode = self._mode_for(event["type"])
        if mode == "drop":
            self._insert(event["id"], "dropped", 0)
            return
        sent = [event]
        if mode == "double":
            sent.append(event)
        elif mode == "twin":
            sent.append(events.keep_twin(work, event))
        for each in sent:
            due = time.time() + self._wait(mode)
            work.deliveries.append((due, self._insert(each["id"], "pending", due), each["id"]))

    def resend(self, event_id: str) -> None:
        """Send an event again, whatever became of it before."""
        with self.store.transaction():
            due = time.time()
            job = Job(due, self._insert(event_id, "pending", due), event_id)
        self._push([job])

    def dispatch(self, work: Work) -> None:
        """Hand what a committed unit of work has queued to the threads."""
        if work.deliveries:
            self._push([Job(*delivery) for delivery in work.deliveries])

    # Control

    def set_mode(self, mode: Mode) -> None:
        with self._changed:
            self._mode = mode
            self._left = mode.times
            # Not a secret: which webhook goes first.
            self._random = random.Random(mode.seed)  # noqa: S311

    def mode(self) -> Doc:
        with self._changed:
            return {**asdict(self._mode), "left": self._left}

    def flush(self, timeout: float, *, dropped: bool = False) -> bool:
        """Send everything that waits, at once; with `dropped` also what was dropped or given up.

        Returns whether nothing is left to send within `timeout` seconds.
        """
        if dropped:
            self._revive()
        with self._changed:
            for place, job in enumerate(sorted(self._jobs)):
                job.due = place * 1e-6
            heapq.heapify(self._jobs)
            self._changed.notify_all()
        return self.wait_until_idle(timeout)

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait until no delivery is due or under way; those that wait for a retry or are late count as due."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._jobs and not self._in_flight, timeout)

    def wait_for_attempt(self, event_id: str, timeout: float) -> None:
        """Wait until an event was answered once, in whatever way, or `timeout` seconds have passed."""
        until = time.monotonic() + timeout
        while True:
            with self._changed:
                seen = self._attempts
            # Never asked of the file while holding our own lock: a unit of work takes them the other way round.
            if self._was_attempted(event_id) or time.monotonic() >= until:
                return
            with self._changed:
                self._changed.wait_for(
                    lambda seen=seen: self._stopped or self._attempts != seen, until - time.monotonic()
                )

    def pending(self) -> int:
        """Return how many deliveries wait or are under way."""
        with self._changed:
            return len(self._jobs) + self._in_flight

    def forget(self) -> None:
        """Drop what waits in memory, after the tables were cleared."""
        with self._changed:
            self._jobs.clear()
            self._changed.notify_all()

    # Life

    def start(self) -> None:
        """Take up what an earlier run left, and start sending."""
        with self.store.lock:
            rows = self.store.db.execute(
                "SELECT due, id, event_id FROM deliveries WHERE state = 'pending'"
            ).fetchall()
        if self.endpoint.url is not None:
            self._push([Job(*row) for row in rows])
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(timeout=STOP_SECONDS)

    # The threads

    def _run(self) -> None:
        target = Target(str(self.endpoint.url), self.endpoint.timeout) if self.endpoint.url else None
        while target:
            job = self._next()
            if job is None:
                target.close()
                return
            try:
                self._attempt(target, job)
            finally:
                with self._changed:
                    self._in_flight -= 1
                    self._attempts += 1
                    self._changed.notify_all()

    def _next(self) -> Job | None:
        with self._changed:
            while not self._stopped:
                now = time.time()
                if self._jobs and self._jobs[0].due <= now:
                    self._in_flight += 1
                    return heapq.heappop(self._jobs)
                self._changed.wait(self._jobs[0].due - now if self._jobs else None)
            return None

    def _attempt(self, target: Target, job: Job) -> None:
        body = self._body(job)
        if body is None:
            return
        headers = {"Stripe-Signature": signing.header(body, self.endpoint.secrets, int(time.time()))}
        post = target.post(body, headers)
        if not self._stopped:
            self._record(job, post)

    def _body(self, job: Job) -> bytes | None:
        """Return the event as Stripe writes it; none if the simulator was reset meanwhile."""
        with self.store.lock:
            row = self.store.db.execute("SELECT doc FROM events WHERE id = ?", (job.event_id,)).fetchone()
        if row is None:
            return None
        event = json.loads(row[0])
        event["pending_webhooks"] = 1
        return json.dumps(event, indent=2, ensure_ascii=False).encode()

    def _record(self, job: Job, post: Post) -> None:
        with self.store.transaction() as db:
            row = db.execute("SELECT attempts FROM deliveries WHERE id = ?", (job.delivery_id,)).fetchone()
            if row is None:
                return
            attempts = row[0] + 1
            state = (
                "delivered" if post.accepted else "pending" if attempts < self.endpoint.attempts else "failed"
            )
            wait = min(self.endpoint.retry_seconds * 2 ** (attempts - 1), self.endpoint.longest_wait)
            due = time.time() + wait
            db.execute(
                "UPDATE deliveries SET state = ?, attempts = ?, due = ?, answer = ?, error = ? WHERE id = ?",
                (state, attempts, due, post.status, post.error, job.delivery_id),
            )
        if state == "pending":
            self._push([Job(due, job.delivery_id, job.event_id)])

    # Helpers

    def _push(self, jobs: list[Job]) -> None:
        with self._changed:
            for job in jobs:
                heapq.heappush(self._jobs, job)
            self._changed.notify_all()

    def _insert(self, event_id: str, state: str, due: float) -> int:
        cursor = self.store.db.execute(
            "INSERT INTO deliveries (event_id, state, due) VALUES (?, ?, ?)", (event_id, state, due)
        )
        return int(cursor.lastrowid or 0)

    def _revive(self) -> None:
        now = time.time()
        with self.store.transaction() as db:
            rows = db.execute(
                "SELECT id, event_id FROM deliveries WHERE state IN ('dropped', 'failed')"
            ).fetchall()
            db.execute("UPDATE deliveries SET state = 'pending' WHERE state IN ('dropped', 'failed')")
        self._push([Job(now, row[0], row[1]) for row in rows])

    def _mode_for(self, kind: str) -> str:
        with self._changed:
            if self._left == 0 or not events.is_enabled(kind, self._mode.types):
                return "normal"
            if self._left is not None and self._mode.mode != "normal":
                self._left -= 1
            return self._mode.mode

    def _wait(self, mode: str) -> float:
        if mode == "late":
            return self._mode.seconds
        if mode == "shuffle":
            return self._random.uniform(0, self._mode.seconds)
        return 0.0

    def _was_attempted(self, event_id: str) -> bool:
        with self.store.lock:
            row = self.store.db.execute(
                "SELECT COUNT(*) FROM deliveries WHERE event_id = ? AND state = 'pending' AND attempts = 0",
                (event_id,),
            ).fetchone()
        return self._stopped or row[0] == 0
