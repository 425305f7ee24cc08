"""What Stripe says, in our words: plain and frozen, and how each is read from what the package returns."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

INTENT = "payment_intent.latest_charge"


@dataclass(frozen=True)
class Intent:
    """A PaymentIntent; amounts in minor units."""

    id: str
    status: str
    amount: int
    capturable: int
    received: int
    currency: str
    livemode: bool
    number: str
    cancellation_reason: str
    capture_before: datetime | None
    card_brand: str
    card_last4: str


@dataclass(frozen=True)
class Refund:
    """Money on its way back to a card; `operation` is our name for it, empty if it was made in Stripe's dashboard."""

    id: str
    status: str
    amount: int
    operation: str
    failure_reason: str
    intent_id: str = ""


@dataclass(frozen=True)
class Dispute:
    """What a customer's bank says of a payment; `due_at` is when our evidence must be there."""

    id: str
    status: str
    amount: int
    currency: str
    reason: str
    intent_id: str
    is_refundable: bool
    due_at: datetime | None
    opened_at: datetime


@dataclass(frozen=True)
class Session:
    """A Checkout Session; `number` is the number of the checkout that it was made for."""

    id: str
    status: str
    url: str
    amount: int
    currency: str
    livemode: bool
    number: str
    intent: Intent | None


def session_of(raw: Any) -> Session:
    """Read a Checkout Session of the package; what lacks a field raises AttributeError."""
    intent = raw.payment_intent
    return Session(
        id=raw.id,
        status=raw.status,
        url=raw.url or "",
        amount=raw.amount_total,
        currency=raw.currency,
        livemode=raw.livemode,
        number=raw.client_reference_id or "",
        intent=None if intent is None or isinstance(intent, str) else intent_of(intent),
    )


def intent_of(raw: Any) -> Intent:
    """Read a PaymentIntent of the package; what lacks a field raises AttributeError."""
    charge = raw.latest_charge
    details = getattr(charge, "payment_method_details", None)
    card = getattr(details, "card", None)
    before = getattr(card, "capture_before", None)
    return Intent(
        id=raw.id,
        status=raw.status,
        amount=raw.amount,
        capturable=raw.amount_capturable,
        received=raw.amount_received,
        currency=raw.currency,
        livemode=raw.livemode,
        number=getattr(raw.metadata, "order", "") if "order" in (raw.metadata or {}) else "",
        cancellation_reason=raw.cancellation_reason or "",
        capture_before=datetime.fromtimestamp(before, UTC) if before else None,
        card_brand=getattr(card, "brand", None) or "",
        card_last4=getattr(card, "last4", None) or "",
    )


def refund_of(raw: Any) -> Refund:
    """Read a Refund of the package; what lacks a field raises AttributeError."""
    metadata = raw.metadata or {}
    return Refund(
        id=raw.id,
        status=raw.status,
        amount=raw.amount,
        operation=metadata["operation"] if "operation" in metadata else "",  # noqa: SIM401  (no dict)
        failure_reason=getattr(raw, "failure_reason", None) or "",
        intent_id=_id_of(raw.payment_intent),
    )


def dispute_of(raw: Any) -> Dispute:
    """Read a Dispute of the package; what lacks a field raises AttributeError."""
    due_at = getattr(raw.evidence_details, "due_by", None)
    return Dispute(
        id=raw.id,
        status=raw.status,
        amount=raw.amount,
        currency=raw.currency,
        reason=raw.reason or "",
        intent_id=_id_of(raw.payment_intent),
        is_refundable=bool(raw.is_charge_refundable),
        due_at=datetime.fromtimestamp(due_at, UTC) if due_at else None,
        opened_at=datetime.fromtimestamp(raw.created, UTC),
    )


def _id_of(thing: Any) -> str:
    """The id of what Stripe gives as an id or, expanded, as the thing itself."""
    return (thing if isinstance(thing, str) else getattr(thing, "id", "")) or ""
