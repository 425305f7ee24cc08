"""One unit of work: everything that a call, a customer on the page or a timer changes, all or nothing.

It knows the time, who caused it, and collects the events; they are queued for delivery in the same
transaction and handed to the sender once it is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from . import shapes
from .clock import Clock
from .errors import no_such
from .store import Store

Doc = dict[str, Any]


@dataclass
class Cause:
    """The request that made an event happen; nulls when Stripe itself did."""

    request_id: str | None = None
    idempotency_key: str | None = None


@dataclass
class Rules:
    """How long things take in this simulator, and what it was told about itself."""

    public_url: str = ""
    hold_seconds: int = 7 * 24 * 3600
    refund_update_seconds: float = 2.0


@dataclass
class Work:
    """What domain functions are given: objects to read and write, events to emit, timers to set."""

    store: Store
    clock: Clock
    rules: Rules
    cause: Cause
    queue_delivery: Callable[[Work, Doc], None]
    events: list[Doc] = field(default_factory=list)
    deliveries: list[tuple[float, int, str]] = field(default_factory=list)

    @property
    def now(self) -> int:
        return self.clock.now()

    # Objects

    def insert(self, doc: Doc, hidden: Doc | None = None) -> Doc:
        """Keep a new object, completed with its nulls, and return it."""
        filled = shapes.complete(doc)
        self.store.insert(filled, hidden or {})
        return filled

    def update(self, doc: Doc, **changes: Any) -> Doc:
        """Change `doc` and keep it; returns the values that were different before."""
        previous = {name: doc.get(name) for name, value in changes.items() if doc.get(name) != value}
        if previous:
            doc.update(shapes.complete({**doc, **changes}))
            self.store.save(doc)
        return previous

    def find(self, object_id: str) -> Doc | None:
        return self.store.find(object_id)

    def get(self, kind: str, object_id: str, *, param: str | None = None) -> Doc:
        """Return an object; raises Stripe's "No such …" if there is none of that kind."""
        doc = self.store.find(object_id)
        if doc is None or doc["object"] != kind:
            raise no_such(kind, object_id, param=param)
        return doc

    def linked(self, kind: str, column: str, value: str) -> list[Doc]:
        return self.store.linked(kind, column, value)

    def hidden(self, object_id: str) -> Doc:
        return self.store.hidden(object_id)

    def hide(self, object_id: str, **changes: Any) -> None:
        """Add to what is kept beside an object and never shown."""
        self.store.save_hidden(object_id, {**self.store.hidden(object_id), **changes})

    # Timers

    def set_timer(self, due: float, act: str, object_id: str) -> None:
        """Have `act` done to the object once the simulated clock shows `due`."""
        self.store.db.execute(
            "INSERT INTO timers (due, act, object_id) VALUES (?, ?, ?)", (due, act, object_id)
        )

    def drop_timers(self, object_id: str) -> None:
        self.store.db.execute("DELETE FROM timers WHERE object_id = ?", (object_id,))

    # Events

    def emit(self, kind: str, doc: Doc, *, previous: Doc | None = None) -> Doc:
        """Record that something happened to `doc`, with the object as it is now, for listing and sending."""
        from .events import build, keep

        event = build(self, kind, doc, previous)
        keep(self, event)
        self.events.append(event)
        self.queue_delivery(self, event)
        return event


class Office:
    """Opens units of work, and lets others know when one is done."""

    def __init__(self, store: Store, clock: Clock, rules: Rules) -> None:
        self.store = store
        self.clock = clock
        self.rules = rules
        self.queue_delivery: Callable[[Work, Doc], None] = lambda work, event: None
        self.after_commit: Callable[[Work], None] = lambda work: None

    @contextmanager
    def work(self, cause: Cause | None = None) -> Iterator[Work]:
        """Open a unit of work under the store's lock; an exception undoes it, events included."""
        with self.store.transaction():
            work = Work(self.store, self.clock, self.rules, cause or Cause(), self.queue_delivery)
            yield work
        self.after_commit(work)
