"""Events: what happened, with the object as it was then. They never change (https://docs.stripe.com/api/events)."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from stripe._api_version import _ApiVersion

from . import shapes
from .errors import ApiError, no_such
from .ids import new_id
from .store import to_json

if TYPE_CHECKING:
    from .work import Work

Doc = dict[str, Any]

API_VERSION = _ApiVersion.CURRENT

DEFAULT_ENABLED = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "payment_intent.amount_capturable_updated",
    "payment_intent.succeeded",
    "payment_intent.canceled",
    "payment_intent.payment_failed",
    "charge.refunded",
    "charge.expired",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "refund.created",
    "refund.updated",
    "refund.failed",
)
"""The types sent to the webhook unless told otherwise; every event is stored and can be listed."""


def build(work: Work, kind: str, doc: Doc, previous: Doc | None) -> Doc:
    """Return a new event about `doc`; `previous` holds the attributes that changed, as they were."""
    data: Doc = {"object": doc}
    if previous:
        data["previous_attributes"] = previous
    return shapes.complete(
        {
            "id": new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": work.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": work.cause.request_id, "idempotency_key": work.cause.idempotency_key},
            "type": kind,
        }
    )


def keep(work: Work, event: Doc) -> None:
    """Store an event for listing and sending."""
    work.store.db.execute(
        "INSERT INTO events (id, type, created, object_id, doc) VALUES (?, ?, ?, ?, ?)",
        (event["id"], event["type"], event["created"], event["data"]["object"]["id"], to_json(event)),
    )


def keep_twin(work: Work, event: Doc) -> Doc:
    """Store a second event, with an id of its own, about the same happening."""
    twin = {**event, "id": new_id("evt")}
    keep(work, twin)
    return twin


def is_enabled(kind: str, enabled: tuple[str, ...]) -> bool:
    """Say whether the endpoint listens to `kind`; `*` and `charge.*` work as at Stripe."""
    return any(fnmatchcase(kind, pattern) for pattern in enabled)


def retrieve(work: Work, event_id: str) -> Doc:
    row = work.store.db.execute("SELECT doc FROM events WHERE id = ?", (event_id,)).fetchone()
    if row is None:
        raise no_such("event", event_id)
    return with_pending(work, [json.loads(row[0])])[0]


def with_pending(work: Work, events: list[Doc]) -> list[Doc]:
    """Fill in how many webhook endpoints have yet to accept each event: one here, or none."""
    for event in events:
        row = work.store.db.execute(
            "SELECT COUNT(*) > 0 AND SUM(state = 'delivered') = 0 FROM deliveries WHERE event_id = ?",
            (event["id"],),
        ).fetchone()
        event["pending_webhooks"] = int(row[0] or 0)
    return events


def conditions(params: Doc) -> tuple[list[str], list[Any]]:
    """Return the SQL conditions and values for the filters that only events have."""
    if "type" in params and "types" in params:
        raise ApiError("You may only specify one of these parameters: type, types.", param="types")
    types = params.get("types") or [params["type"]] if ("type" in params or params.get("types")) else []
    if len(types) > 20:
        raise ApiError("types may hold at most 20 event names.", param="types")
    where: list[str] = []
    values: list[Any] = []
    if types:
        where.append(f"({' OR '.join('type GLOB ?' for _ in types)})")
        values += types
    if "delivery_success" in params:
        done = (
            "NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = events.id AND d.state <> 'delivered')"
        )
        where.append(done if params["delivery_success"] else f"NOT ({done})")
    return where, values
