"""Disputes: the customer's bank takes the money back until evidence decides (https://docs.stripe.com/disputes).

As in Stripe's test mode the evidence text decides: `winning_evidence` wins, `losing_evidence` loses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import balance, rules, shapes
from .cards import Card
from .errors import ApiError, wrong_state
from .ids import new_id

if TYPE_CHECKING:
    from .work import Work

Doc = dict[str, Any]

OPEN = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")
BLOCKS_REFUNDS = ("needs_response", "under_review", "lost")
REASONS = (
    "bank_cannot_process",
    "check_returned",
    "credit_not_processed",
    "customer_initiated",
    "debit_not_authorized",
    "duplicate",
    "fraudulent",
    "general",
    "incorrect_account_details",
    "insufficient_funds",
    "noncompliant",
    "product_not_received",
    "product_unacceptable",
    "subscription_canceled",
    "unrecognized",
)
NETWORK_REASONS = {"fraudulent": "10.4", "product_not_received": "13.1", "duplicate": "12.6"}
RESPONSE_SECONDS = 9 * 24 * 3600


def follow_card(work: Work, card: Card, charge: Doc) -> None:
    """Do what some test cards do once their charge is captured: a dispute, an inquiry, a fraud warning."""
    if card.dispute:
        open_dispute(work, charge, reason=card.dispute, is_inquiry=card.is_inquiry)
    if card.fraud_warning:
        warn(work, charge)


def open_dispute(
    work: Work, charge: Doc, *, reason: str, is_inquiry: bool = False, amount: int | None = None
) -> Doc:
    """Open a dispute or an inquiry about a captured charge; a dispute takes the money at once."""
    dispute = work.insert(
        {
            "id": new_id("du"),
            "object": "dispute",
            "amount": amount or charge["amount_captured"],
            "balance_transactions": [],
            "charge": charge["id"],
            "created": work.now,
            "currency": charge["currency"],
            "enhanced_eligibility_types": [],
            "evidence": {"enhanced_evidence": {}},
            "evidence_details": {
                "due_by": work.now + RESPONSE_SECONDS,
                "enhanced_eligibility": {},
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
                "submission_method": "not_submitted",
            },
            "is_charge_refundable": is_inquiry,
            "livemode": False,
            "metadata": {},
            "network_reason_code": NETWORK_REASONS.get(reason),
            "payment_intent": charge["payment_intent"],
            "payment_method_details": _card_details(charge, reason, is_inquiry),
            "reason": reason,
            "status": "warning_needs_response" if is_inquiry else "needs_response",
        }
    )
    work.update(charge, disputed=True)
    if not is_inquiry:
        _move_money(work, dispute, -dispute["amount"])
    work.emit("charge.dispute.created", dispute)
    if not is_inquiry:
        work.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def warn(work: Work, charge: Doc) -> Doc:
    """The card network reports the charge as probably fraudulent, before any dispute."""
    warning = work.insert(
        {
            "id": new_id("issfr"),
            "object": "radar.early_fraud_warning",
            "actionable": True,
            "charge": charge["id"],
            "created": work.now,
            "fraud_type": "made_with_lost_card",
            "livemode": False,
            "payment_intent": charge["payment_intent"],
        }
    )
    work.emit("radar.early_fraud_warning.created", warning)
    return warning


def update(work: Work, dispute: Doc, params: Doc) -> Doc:
    """Take evidence and metadata; evidence is submitted unless `submit` is false, and then it decides."""
    if "metadata" in params:
        work.update(dispute, metadata=rules.metadata(params["metadata"], old=dispute["metadata"]))
    if "evidence" not in params:
        return dispute
    if dispute["status"] not in OPEN:
        raise wrong_state("This dispute is already closed", code="dispute_already_closed")
    _take_evidence(work, dispute, params["evidence"], submit=params.get("submit", True))
    return dispute


def close(work: Work, dispute: Doc) -> Doc:
    """Accept the dispute: it is lost."""
    if dispute["status"] not in OPEN:
        raise ApiError("This dispute is already closed", code="dispute_already_closed", saved=True)
    decide(work, dispute, won=False)
    return dispute


def decide(work: Work, dispute: Doc, *, won: bool) -> None:
    """The bank has decided: `won` gives the money back; an inquiry just ends."""
    inquiry = dispute["status"].startswith("warning_")
    status = "warning_closed" if inquiry else "won" if won else "lost"
    if won and not inquiry:
        _move_money(work, dispute, dispute["amount"])
    previous = work.update(dispute, status=status, is_charge_refundable=won or inquiry)
    work.emit("charge.dispute.closed", dispute, previous=previous)
    if won and not inquiry:
        work.emit("charge.dispute.funds_reinstated", dispute)


def blocking_refunds(work: Work, charge: Doc) -> bool:
    return charge["disputed"] and any(
        dispute["status"] in BLOCKS_REFUNDS for dispute in work.linked("dispute", "charge", charge["id"])
    )


def _take_evidence(work: Work, dispute: Doc, evidence: Doc, *, submit: bool) -> None:
    details = dict(dispute["evidence_details"])
    details["has_evidence"] = True
    if submit:
        details |= {"submission_count": details["submission_count"] + 1, "submission_method": "manual"}
    merged = shapes.complete({**dispute, "evidence": {**dispute["evidence"], **evidence}})["evidence"]
    changes: Doc = {"evidence": merged, "evidence_details": details}
    if submit:
        changes["status"] = dispute["status"].replace("needs_response", "under_review")
    previous = work.update(dispute, **changes)
    work.emit("charge.dispute.updated", dispute, previous=previous)
    texts = [value for value in merged.values() if isinstance(value, str)]
    if submit and any("winning_evidence" in text for text in texts):
        decide(work, dispute, won=True)
    elif submit and any("losing_evidence" in text for text in texts):
        decide(work, dispute, won=False)


def _move_money(work: Work, dispute: Doc, amount: int) -> None:
    transaction = balance.record(work, "adjustment", amount, dispute["currency"], dispute["id"])
    work.update(dispute, balance_transactions=[*dispute["balance_transactions"], transaction])


def _card_details(charge: Doc, reason: str, is_inquiry: bool) -> Doc:
    card = charge["payment_method_details"]["card"]
    return {
        "card": {
            "brand": card["brand"],
            "case_type": "inquiry" if is_inquiry else "chargeback",
            "network": card["network"],
            "network_reason_code": NETWORK_REASONS.get(reason),
        },
        "type": "card",
    }
