"""Charges: one attempt to move money with a card, made by a PaymentIntent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import balance
from .cards import Card, Decline
from .ids import new_id, random_text

if TYPE_CHECKING:
    from .work import Work

Doc = dict[str, Any]

ECI = {"visa": "05", "amex": "05", "mastercard": "02"}


def create(
    work: Work, intent: Doc, method: Doc, card: Card, *, authenticated: bool, decline: Decline | None
) -> Doc:
    """Charge the card: captured, held (manual capture) or declined, and emit what that means."""
    manual = intent["capture_method"] == "manual"
    charge_id = new_id("ch")
    captured = decline is None and not manual
    doc = {
        **_fixed(intent, method),
        "id": charge_id,
        "created": work.now,
        "amount_captured": intent["amount"] if captured else 0,
        "captured": captured,
        "failure_code": decline.code if decline else None,
        "failure_message": decline.message if decline else None,
        "outcome": _outcome(card, decline),
        "paid": decline is None,
        "payment_method_details": _details(
            work, intent, method, card, authenticated, is_hold=manual and not decline
        ),
        "receipt_url": f"{work.rules.public_url}/receipts/{charge_id}" if decline is None else None,
        "status": "failed" if decline else "succeeded",
    }
    charge = work.insert(doc)
    if captured:
        _settle(work, charge, card)
    work.emit("charge.failed" if decline else "charge.succeeded", charge)
    return charge


def capture(work: Work, charge: Doc, amount: int, card: Card) -> None:
    """Collect `amount` of a held charge; the bank frees the rest.

    What is freed shows in the charge's `amount_refunded` (seen in public code), though no refund is made:
    what was paid back is the sum of the refunds, not that field.
    """
    details = charge["payment_method_details"]
    details["card"]["capture_before"] = None
    previous = work.update(
        charge,
        captured=True,
        amount_captured=amount,
        amount_refunded=charge["amount"] - amount,
        payment_method_details=details,
    )
    _settle(work, charge, card)
    work.emit("charge.captured", charge, previous=previous)


def release(work: Work, charge: Doc, *, lapsed: bool) -> None:
    """Let a held charge go: `charge.refunded` with captured=false, or `charge.expired` when it lapsed."""
    previous = work.update(charge, amount_refunded=charge["amount"], refunded=True)
    work.emit("charge.expired" if lapsed else "charge.refunded", charge, previous=previous)


def _settle(work: Work, charge: Doc, card: Card) -> None:
    transaction = balance.record(
        work,
        "charge",
        charge["amount_captured"],
        charge["currency"],
        charge["id"],
        at_once=card.bypasses_pending,
    )
    work.update(charge, balance_transaction=transaction["id"])


def _fixed(intent: Doc, method: Doc) -> Doc:
    return {
        "object": "charge",
        "amount": intent["amount"],
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": intent["statement_descriptor_suffix"] or "SIMULATOR",
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "radar_options": {},
        "receipt_email": intent["receipt_email"],
        "refunded": False,
        "shipping": intent["shipping"],
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "transfer_group": intent["transfer_group"],
    }


def _outcome(card: Card, decline: Decline | None) -> Doc:
    if decline is None:
        return {
            "network_status": "approved_by_network",
            "risk_level": card.risk,
            "risk_score": {"normal": 24, "elevated": 66, "highest": 92}[card.risk],
            "seller_message": "Payment complete.",
            "type": "authorized",
        }
    if card.blocked:
        return {
            "network_status": "not_sent_to_network",
            "reason": "highest_risk_level",
            "risk_level": "highest",
            "risk_score": 97,
            "seller_message": "Stripe blocked this payment as too risky.",
            "type": "blocked",
        }
    return {
        "network_status": "declined_by_network",
        "reason": decline.decline_code or decline.code,
        "risk_level": card.risk,
        "risk_score": 24,
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }


def _details(work: Work, intent: Doc, method: Doc, card: Card, authenticated: bool, *, is_hold: bool) -> Doc:
    held = method["card"]
    return {
        "card": {
            "amount_authorized": intent["amount"],
            "authorization_code": random_text(6).upper(),
            "brand": held["brand"],
            "capture_before": work.now + work.rules.hold_seconds if is_hold else None,
            "checks": held["checks"],
            "country": held["country"],
            "exp_month": held["exp_month"],
            "exp_year": held["exp_year"],
            "extended_authorization": {"status": "disabled"},
            "fingerprint": held["fingerprint"],
            "funding": held["funding"],
            "incremental_authorization": {"status": "unavailable"},
            "last4": held["last4"],
            "multicapture": {"status": "unavailable"},
            "network": held["brand"],
            "network_token": {"used": False},
            "overcapture": {"maximum_amount_capturable": intent["amount"], "status": "unavailable"},
            "regulated_status": "unregulated",
            "three_d_secure": _three_d_secure(card) if authenticated else None,
        },
        "type": "card",
    }


def _three_d_secure(card: Card) -> Doc:
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": ECI.get(card.brand, "05"),
        "result": "authenticated",
        "transaction_id": random_text(36),
        "version": "2.2.0",
    }
