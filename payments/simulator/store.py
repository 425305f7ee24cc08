"""Where the simulator keeps everything: one SQLite file of its own, which survives being killed.

There is one connection behind one lock. Stripe's objects are JSON documents; the few columns beside
them are what lists are filtered by. `hidden` holds what Stripe knows but does not show, such as the
parameters that a session will hand to its PaymentIntent.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Doc = dict[str, Any]

TABLES = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, created INTEGER NOT NULL,
    status TEXT, payment_intent TEXT, charge TEXT, customer TEXT, email TEXT, doc TEXT NOT NULL, hidden TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_by_intent ON objects (payment_intent, kind);
CREATE INDEX IF NOT EXISTS objects_by_charge ON objects (charge, kind);
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, created INTEGER NOT NULL,
    object_id TEXT, doc TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL, answer INTEGER, error TEXT
);
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event_id);
CREATE INDEX IF NOT EXISTS deliveries_by_state ON deliveries (state);
CREATE TABLE IF NOT EXISTS timers (due REAL NOT NULL, act TEXT NOT NULL, object_id TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS timers_by_due ON timers (due);
CREATE INDEX IF NOT EXISTS timers_by_object ON timers (object_id);
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL,
    request_id TEXT NOT NULL, created INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

CONTENT = ("objects", "events", "deliveries", "timers", "idempotency")
LINKS = ("status", "payment_intent", "charge", "customer")


class Store:
    """The SQLite file. Use it inside `transaction()`, which also takes the lock."""

    def __init__(self, path: str | Path) -> None:
        if str(path) != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        self.db.execute("PRAGMA journal_mode = WAL")
        # The file system keeps what a killed process wrote; only a power cut could lose the last calls.
        self.db.execute("PRAGMA synchronous = OFF")
        self.db.executescript(TABLES)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the lock and one transaction: committed at the end, rolled back on an exception."""
        with self.lock:
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield self.db
            except BaseException:
                self.db.execute("ROLLBACK")
                raise
            self.db.execute("COMMIT")

    def close(self) -> None:
        with self.lock:
            self.db.close()

    def clear(self) -> None:
        """Forget every object, event, delivery, timer and idempotency key."""
        with self.transaction() as db:
            for table in CONTENT:
                db.execute(f"DELETE FROM {table}")  # noqa: S608  names from the tuple above

    def setting(self, name: str, default: str) -> str:
        with self.lock:
            row = self.db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return row[0] if row else default

    def set_setting(self, name: str, value: str) -> None:
        with self.transaction() as db:
            db.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value))

    # Objects, within a transaction of the caller

    def insert(self, doc: Doc, hidden: Doc) -> None:
        self.db.execute(
            "INSERT INTO objects (id, kind, created, doc, hidden, email, status, payment_intent, charge, customer)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                doc["id"],
                doc["object"],
                doc.get("created", 0),
                to_json(doc),
                to_json(hidden),
                _email(doc),
                *_links(doc),
            ),
        )

    def save(self, doc: Doc) -> None:
        self.db.execute(
            "UPDATE objects SET doc = ?, email = ?, status = ?, payment_intent = ?, charge = ?, customer = ?"
            " WHERE id = ?",
            (to_json(doc), _email(doc), *_links(doc), doc["id"]),
        )

    def save_hidden(self, object_id: str, hidden: Doc) -> None:
        self.db.execute("UPDATE objects SET hidden = ? WHERE id = ?", (to_json(hidden), object_id))

    def find(self, object_id: str) -> Doc | None:
        row = self.db.execute("SELECT doc FROM objects WHERE id = ?", (object_id,)).fetchone()
        return json.loads(row[0]) if row else None

    def hidden(self, object_id: str) -> Doc:
        row = self.db.execute("SELECT hidden FROM objects WHERE id = ?", (object_id,)).fetchone()
        return json.loads(row[0]) if row else {}

    def linked(self, kind: str, column: str, value: str) -> list[Doc]:
        """Return the objects of one kind whose `column` (one of LINKS) is `value`, oldest first."""
        if column not in LINKS:
            raise ValueError(f"Objects are not indexed by {column}.")
        rows = self.db.execute(
            f"SELECT doc FROM objects WHERE {column} = ? AND kind = ? ORDER BY seq",  # noqa: S608  checked above
            (value, kind),
        )
        return [json.loads(row[0]) for row in rows]


def to_json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _links(doc: Doc) -> list[str | None]:
    return [value if isinstance(value := doc.get(name), str) else None for name in LINKS]


def _email(doc: Doc) -> str | None:
    details = doc.get("customer_details")
    return details.get("email") if isinstance(details, dict) else None
