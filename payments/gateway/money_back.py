"""Refunds, and disputes: what goes back to a card by our will or by its bank."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from payments.gateway.calls import call, change, walk
from payments.gateway.facts import Dispute, Refund, dispute_of, refund_of


def refund_intent(intent_id: str, amount: int, *, key: str) -> Refund:
    """Pay `amount` minor units of a settled payment back to its card. Raises Refused, Unclear.

    The key is kept in the refund's metadata as well, so that one whose answer was lost is recognised in the list.
    """
    params: Any = {"payment_intent": intent_id, "amount": amount, "metadata": {"operation": key}}
    return change(lambda c: refund_of(c.refunds.create(params, {"idempotency_key": key})))


def list_refunds(intent_id: str) -> list[Refund]:
    """All refunds of a payment, ours and those of the dashboard, oldest first. Raises Refused, Unclear."""
    params: Any = {"payment_intent": intent_id, "limit": 100}
    return call(lambda c: [refund_of(raw) for raw in reversed(c.refunds.list(params).data)])


def walk_refunds(*, since: datetime) -> Iterator[Refund]:
    """The same for refunds."""
    yield from walk(lambda c: c.refunds, refund_of, since=since)


def retrieve_dispute(dispute_id: str) -> Dispute:
    """Ask how a dispute stands. Raises Refused, Unclear."""
    return call(lambda c: dispute_of(c.disputes.retrieve(dispute_id)))


def list_disputes(intent_id: str) -> list[Dispute]:
    """All disputes of a payment, oldest first. Raises Refused, Unclear."""
    params: Any = {"payment_intent": intent_id, "limit": 100}
    return call(lambda c: [dispute_of(raw) for raw in reversed(c.disputes.list(params).data)])


def walk_disputes(*, since: datetime) -> Iterator[Dispute]:
    """The same for disputes."""
    yield from walk(lambda c: c.disputes, dispute_of, since=since)
