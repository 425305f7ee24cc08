"""Stripe, put into our words. The only package that imports `stripe`; everything it returns is plain and frozen.

Each call ends in one of three ways: an answer; `Refused`, when Stripe has said no and nothing happened; `Unclear`,
when nobody knows (no answer, a 5xx, a key in use, nonsense) and Stripe must be asked before anything is decided.
"""

from payments.gateway.calls import REQUEST_SECONDS, breaker, is_away, only_reading, patience
from payments.gateway.errors import Away, Busy, Garbled, GatewayError, Refused, Unclear, UntrustedEvent
from payments.gateway.events import Event, read_event, stored_event, walk_events
from payments.gateway.facts import Dispute, Intent, Refund, Session
from payments.gateway.intents import cancel_intent, capture_intent, retrieve_intent, walk_intents
from payments.gateway.money_back import (
    list_disputes,
    list_refunds,
    refund_intent,
    retrieve_dispute,
    walk_disputes,
    walk_refunds,
)
from payments.gateway.sessions import (
    create_session,
    expire_session,
    find_session,
    list_sessions,
    retrieve_session,
    session_params,
)

__all__ = [
    "REQUEST_SECONDS",
    "Away",
    "Busy",
    "Dispute",
    "Event",
    "Garbled",
    "GatewayError",
    "Intent",
    "Refund",
    "Refused",
    "Session",
    "Unclear",
    "UntrustedEvent",
    "breaker",
    "cancel_intent",
    "capture_intent",
    "create_session",
    "expire_session",
    "find_session",
    "is_away",
    "list_disputes",
    "list_refunds",
    "list_sessions",
    "only_reading",
    "patience",
    "read_event",
    "refund_intent",
    "retrieve_dispute",
    "retrieve_intent",
    "retrieve_session",
    "session_params",
    "stored_event",
    "walk_disputes",
    "walk_events",
    "walk_intents",
    "walk_refunds",
]
