"""Idempotency keys: the first result of a key is kept and replayed (https://docs.stripe.com/api/idempotent_requests)."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .errors import ApiError
from .store import Store

KEPT_SECONDS = 24 * 3600
MAX_KEY = 255


@dataclass(frozen=True)
class Saved:
    """A result as it was first given."""

    status: int
    body: bytes
    request_id: str


def fingerprint(path: str, params: dict[str, Any]) -> str:
    """Tell requests apart that use the same key: endpoint and parameters together, in whatever order."""
    return hashlib.sha256(json.dumps([path, params], sort_keys=True).encode()).hexdigest()


class Keys:
    """The keys in use and the results that were saved under them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._in_use: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def hold(self, key: str) -> Iterator[None]:
        """Keep `key` for the length of one request; a second one meanwhile is refused with a 409."""
        if len(key) > MAX_KEY:
            raise ApiError(
                f"Idempotency keys can be at most {MAX_KEY} characters, this one has {len(key)}.",
                kind="idempotency_error",
            )
        with self._lock:
            if key in self._in_use:
                raise _in_use(key)
            self._in_use.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._in_use.discard(key)

    def recall(self, key: str, mark: str, now: int) -> Saved | None:
        """Return the result saved under `key`; raises ApiError if it belongs to another request."""
        with self.store.lock:
            row = self.store.db.execute(
                "SELECT fingerprint, status, body, request_id FROM idempotency WHERE key = ? AND created > ?",
                (key, now - KEPT_SECONDS),
            ).fetchone()
        if row is None:
            return None
        if row[0] != mark:
            raise _other_parameters(key)
        return Saved(row[1], bytes(row[2]), row[3])

    def save(self, key: str, mark: str, now: int, saved: Saved) -> None:
        """Keep a result, within the transaction that holds its effects."""
        self.store.db.execute(
            "INSERT OR REPLACE INTO idempotency (key, fingerprint, status, body, request_id, created)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (key, mark, saved.status, saved.body, saved.request_id, now),
        )


def _in_use(key: str) -> ApiError:
    details: dict[str, Any] = {"status": 409, "kind": "idempotency_error", "code": "idempotency_key_in_use"}
    return ApiError(
        "There is currently another in-progress request using this Idempotent Key (that probably means you "
        f"submitted twice, and the other request is still going through): {key}. Please try again later.",
        **details,
    )


def _other_parameters(key: str) -> ApiError:
    return ApiError(
        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
        f"Try using a key other than '{key}' if you meant to execute a different request.",
        kind="idempotency_error",
    )
