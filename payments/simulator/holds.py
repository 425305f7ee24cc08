"""What becomes of a hold: captured once, cancelled, or it runs out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import charges, disputes, methods, money, rules
from .errors import ApiError, unexpected_status, wrong_state

if TYPE_CHECKING:
    from .work import Work

Doc = dict[str, Any]

CANCELLABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_confirmation",
    "requires_action",
    "processing",
)
SUPPORTED_AT_CAPTURE = frozenset(
    [
        "amount_to_capture",
        "final_capture",
        "metadata",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "expand",
    ]
)


def capture(work: Work, intent: Doc, params: Doc) -> Doc:
    """Collect all or part of the hold, once; what is not collected is released."""
    rules.only(params, SUPPORTED_AT_CAPTURE)
    if intent["status"] == "succeeded":
        raise wrong_state(
            "This PaymentIntent could not be captured because it has already been captured.",
            payment_intent=intent,
        )
    if intent["status"] != "requires_capture":
        raise unexpected_status("captured", intent, ("requires_capture",))
    if params.get("final_capture") is False:
        raise ApiError(
            "This PaymentIntent does not support multiple captures; "
            "see payment_method_details.card.multicapture on the charge.",
            param="final_capture",
        )
    amount = _amount_to_capture(intent, params)
    return _capture(work, intent, amount, params)


def cancel(work: Work, intent: Doc, params: Doc) -> Doc:
    """Give a hold back, or end an intent that was never paid; free of charge."""
    if intent["status"] not in CANCELLABLE:
        raise unexpected_status("canceled", intent, CANCELLABLE)
    open_session = any(
        session["status"] == "open"
        for session in work.linked("checkout.session", "payment_intent", intent["id"])
    )
    if open_session and intent["status"] != "requires_capture":
        raise wrong_state(
            "You cannot cancel this PaymentIntent because it was created by a Checkout Session that is still "
            "open. Expire the Checkout Session instead.",
            payment_intent=intent,
        )
    end(work, intent, reason=params.get("cancellation_reason"))
    return intent


def lapse(work: Work, intent_id: str) -> None:
    """The bank's hold ran out before it was captured."""
    intent = work.get("payment_intent", intent_id)
    if intent["status"] == "requires_capture":
        end(work, intent, reason="automatic", lapsed=True)


def end(work: Work, intent: Doc, *, reason: str | None, lapsed: bool = False) -> None:
    """Cancel the intent, releasing the hold if there is one."""
    work.drop_timers(intent["id"])
    if intent["status"] == "requires_capture":
        charges.release(work, work.get("charge", intent["latest_charge"]), lapsed=lapsed)
    work.update(
        intent,
        status="canceled",
        amount_capturable=0,
        canceled_at=work.now,
        cancellation_reason=reason,
        next_action=None,
    )
    work.emit("payment_intent.canceled", intent)


def _amount_to_capture(intent: Doc, params: Doc) -> int:
    amount: int = (
        params["amount_to_capture"] if "amount_to_capture" in params else intent["amount_capturable"]
    )
    rules.positive(amount, "amount_to_capture")
    if amount > intent["amount_capturable"]:
        raise ApiError(
            f"The amount to capture ({money.show(amount, intent['currency'])}) is greater than the amount that "
            f"can be captured ({money.show(intent['amount_capturable'], intent['currency'])}).",
            code="amount_too_large",
            param="amount_to_capture",
        )
    return amount


def _capture(work: Work, intent: Doc, amount: int, params: Doc) -> Doc:
    charge = work.get("charge", intent["latest_charge"])
    card = methods.card_of(work, work.get("payment_method", intent["payment_method"]))
    work.drop_timers(intent["id"])
    charges.capture(work, charge, amount, card)
    previous = work.update(
        intent,
        amount_capturable=0,
        amount_received=amount,
        status="succeeded",
        metadata=rules.metadata(params.get("metadata"), old=intent["metadata"]),
    )
    work.emit("payment_intent.amount_capturable_updated", intent, previous=previous)
    work.emit("payment_intent.succeeded", intent)
    _mark_session_paid(work, intent)
    disputes.follow_card(work, card, charge)
    return intent


def _mark_session_paid(work: Work, intent: Doc) -> None:
    for session in work.linked("checkout.session", "payment_intent", intent["id"]):
        work.update(session, payment_status="paid")
