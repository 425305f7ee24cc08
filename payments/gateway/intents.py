"""The money on a card: held, settled or released."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from payments.gateway.calls import call, change, walk
from payments.gateway.facts import Intent, intent_of


def retrieve_intent(intent_id: str) -> Intent:
    """Ask for an intent with its card. Raises Refused, Unclear."""
    return call(lambda c: intent_of(c.payment_intents.retrieve(intent_id, {"expand": ["latest_charge"]})))


def cancel_intent(intent_id: str, *, key: str) -> Intent:
    """Release an authorisation that was not settled. Raises Refused, Unclear."""
    params: Any = {"cancellation_reason": "abandoned", "expand": ["latest_charge"]}
    return change(lambda c: intent_of(c.payment_intents.cancel(intent_id, params, {"idempotency_key": key})))


def capture_intent(intent_id: str, amount: int, *, key: str) -> Intent:
    """Settle an authorisation for `amount` minor units; the rest is released and cannot be had any more.

    One capture only: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method. Raises Refused, Unclear.
    """
    params: Any = {"amount_to_capture": amount, "expand": ["latest_charge"]}
    return change(lambda c: intent_of(c.payment_intents.capture(intent_id, params, {"idempotency_key": key})))


def walk_intents(*, since: datetime) -> Iterator[Intent]:
    """The same for intents."""
    yield from walk(lambda c: c.payment_intents, intent_of, since=since, expand=["data.latest_charge"])
