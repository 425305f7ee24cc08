"""Refunds, partial and repeated, pending, and failing afterwards (https://docs.stripe.com/api/refunds)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import balance, disputes, methods, money, rules
from .errors import ApiError, no_such, wrong_state
from .ids import new_id

if TYPE_CHECKING:
    from .work import Work

Doc = dict[str, Any]

SUPPORTED = frozenset(
    ["amount", "charge", "payment_intent", "reason", "metadata", "expand", "instructions_email", "currency"]
)
REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(work: Work, params: Doc) -> Doc:
    """Pay back all that is left, or `amount` of it."""
    rules.only(params, SUPPORTED)
    charge = _charge(work, params)
    amount = _amount(work, charge, params)
    card = methods.card_of(work, work.get("payment_method", charge["payment_method"]))
    refund = _record(work, charge, amount, params, pending=card.refund == "pending")
    if card.refund in ("pending", "fails"):
        act = "succeed_refund" if card.refund == "pending" else "fail_refund"
        work.set_timer(work.clock.exact() + work.rules.refund_update_seconds, act, refund["id"])
    return refund


def update(work: Work, refund: Doc, params: Doc) -> Doc:
    """Change the metadata, the only thing of a refund that can be changed."""
    previous = work.update(refund, metadata=rules.metadata(params.get("metadata"), old=refund["metadata"]))
    _tell(work, refund, previous, "refund.updated")
    return refund


def cancel(work: Work, refund: Doc) -> Doc:
    """Refuse: only refunds that wait for the customer can be cancelled, and card refunds never do."""
    raise wrong_state(
        f"Only refunds with a status of requires_action can be canceled; this one is {refund['status']}.",
        code="refund_not_cancelable",
    )


def succeed(work: Work, refund_id: str) -> None:
    """The bank has taken the refund over."""
    refund = work.get("refund", refund_id)
    if refund["status"] == "pending":
        previous = work.update(refund, status="succeeded", pending_reason=None)
        _tell(work, refund, previous, "refund.updated")


def fail(work: Work, refund_id: str, reason: str = "expired_or_canceled_card") -> None:
    """The bank sent the money back, after the refund had been reported as succeeded or while it was pending."""
    refund = work.get("refund", refund_id)
    if refund["status"] not in ("succeeded", "pending"):
        return
    returned = balance.record(work, "refund_failure", refund["amount"], refund["currency"], refund["id"])
    previous = work.update(
        refund,
        status="failed",
        failure_reason=reason,
        failure_balance_transaction=returned["id"],
        pending_reason=None,
    )
    charge = work.get("charge", refund["charge"])
    work.update(charge, amount_refunded=charge["amount_refunded"] - refund["amount"], refunded=False)
    _tell(work, refund, previous, "refund.failed")


def _charge(work: Work, params: Doc) -> Doc:
    """Find what to refund, and refuse what was never collected, is refunded already or is disputed."""
    charge = _named_charge(work, params)
    if not charge["paid"]:
        raise ApiError(f"Charge {charge['id']} has failed and cannot be refunded.", param="charge")
    if not charge["captured"]:
        raise wrong_state(
            f"This uncaptured Charge was created by a PaymentIntent ({charge['payment_intent']}). You must cancel "
            "the PaymentIntent to reverse the authorization instead of refunding the Charge directly.",
            code="charge_not_refundable",
        )
    if disputes.blocking_refunds(work, charge):
        raise wrong_state(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed"
        )
    if charge["refunded"]:
        raise wrong_state(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    return charge


def _named_charge(work: Work, params: Doc) -> Doc:
    if params.get("charge"):
        return work.get("charge", params["charge"], param="charge")
    if not params.get("payment_intent"):
        raise ApiError(
            "One of the following params should be provided for this request: payment_intent or charge."
        )
    intent = work.get("payment_intent", params["payment_intent"], param="payment_intent")
    if not intent["latest_charge"]:
        raise wrong_state(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
            param="payment_intent",
        )
    charge = work.find(intent["latest_charge"])
    if charge is None:
        raise no_such("charge", intent["latest_charge"], param="payment_intent")
    return charge


def _amount(work: Work, charge: Doc, params: Doc) -> int:
    left = charge["amount"] - charge["amount_refunded"]
    amount = rules.positive(params.get("amount", left), "amount")
    if amount > left:
        currency = charge["currency"]
        raise wrong_state(
            f"Refund amount ({money.show(amount, currency)}) is greater than unrefunded amount on charge "
            f"({money.show(left, currency)})",
            code=None,
            param="amount",
        )
    return amount


def _record(work: Work, charge: Doc, amount: int, params: Doc, *, pending: bool) -> Doc:
    refund_id = new_id("re")
    transaction = balance.record(work, "refund", -amount, charge["currency"], refund_id)
    refund = work.insert(
        {
            "id": refund_id,
            "object": "refund",
            "amount": amount,
            "balance_transaction": transaction["id"],
            "charge": charge["id"],
            "created": work.now,
            "currency": charge["currency"],
            "customer": charge["customer"],
            "destination_details": {
                "card": {
                    "reference": None,
                    "reference_status": "pending",
                    "reference_type": "acquirer_reference_number",
                    "type": "refund",
                },
                "type": "card",
            },
            "metadata": rules.metadata(params.get("metadata")),
            "payment_intent": charge["payment_intent"],
            "payment_method": charge["payment_method"],
            "pending_reason": "processing" if pending else None,
            "reason": params.get("reason"),
            "status": "pending" if pending else "succeeded",
        }
    )
    refunded = charge["amount_refunded"] + amount
    previous = work.update(charge, amount_refunded=refunded, refunded=refunded >= charge["amount"])
    work.emit("refund.created", refund)
    work.emit("charge.refunded", charge, previous=previous)
    return refund


def _tell(work: Work, refund: Doc, previous: Doc, kind: str) -> None:
    work.emit(kind, refund, previous=previous)
    work.emit("charge.refund.updated", refund, previous=previous)
