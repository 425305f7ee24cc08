"""A PaymentIntent is confirmed with a card: 3-D Secure, a charge or a decline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import charges, disputes, methods, rules
from .cards import Card, Decline
from .errors import ApiError, missing_param, unexpected_status

if TYPE_CHECKING:
    from .work import Work

Doc = dict[str, Any]

CONFIRMABLE = ("requires_payment_method", "requires_confirmation")
SUPPORTED_AT_CONFIRM = frozenset(
    ["payment_method", "return_url", "expand", "receipt_email", "error_on_requires_action"]
)


class AuthenticationFailure(Decline):
    """The card could not be authenticated; an intent error rather than a bank's decline."""

    def __init__(self) -> None:
        super().__init__("payment_intent_authentication_failure")

    @property
    def message(self) -> str:
        return (
            "We are unable to authenticate your payment method. "
            "Please choose a different payment method and try again."
        )


def confirm(work: Work, intent: Doc, params: Doc) -> Doc:
    """Confirm through the API, without a customer at hand; raises the decline as Stripe's 402."""
    rules.only(params, SUPPORTED_AT_CONFIRM)
    if intent["status"] not in CONFIRMABLE:
        raise unexpected_status("confirmed", intent, CONFIRMABLE)
    method_id = params.get("payment_method") or intent["payment_method"]
    if not method_id:
        raise missing_param("payment_method")
    method, card = methods.from_id(work, method_id, param="payment_method")
    outcome = attempt(work, intent, method, card)
    if outcome:
        raise declined(intent, outcome)
    if intent["status"] == "requires_action" and params.get("error_on_requires_action"):
        outcome = fail_authentication(work, intent)
        raise declined(intent, outcome)
    return intent


def attempt(work: Work, intent: Doc, method: Doc, card: Card, *, cvc_given: bool = True) -> Decline | None:
    """Try to pay with a card: ask for 3-D Secure, charge it, or return the decline."""
    if card.asks_for_3ds:
        _ask_for_authentication(work, intent, method)
        return None
    return _charge(work, intent, method, card, cvc_given=cvc_given, authenticated=False)


def authenticate(work: Work, intent: Doc) -> Decline | None:
    """The customer completed 3-D Secure: charge the card that was waiting for it."""
    method = work.get("payment_method", intent["payment_method"])
    card = methods.card_of(work, method)
    return _charge(work, intent, method, card, cvc_given=True, authenticated=True)


def fail_authentication(work: Work, intent: Doc) -> Decline:
    """The customer failed or gave up 3-D Secure: back to waiting for a payment method."""
    failure = AuthenticationFailure()
    method = work.get("payment_method", intent["payment_method"])
    _fall_back(work, intent, failure, method, charge_id=None)
    return failure


def declined(intent: Doc, decline: Decline) -> ApiError:
    """Return Stripe's 402 for a decline; the failed charge and the intent's new state are kept."""
    error = intent["last_payment_error"]
    return ApiError(
        decline.message,
        status=402,
        kind=error["type"],
        code=decline.code,
        saved=True,
        keeps_work=True,
        decline_code=decline.decline_code,
        charge=error.get("charge"),
        payment_intent=intent,
        payment_method=error.get("payment_method"),
    )


def _ask_for_authentication(work: Work, intent: Doc, method: Doc) -> None:
    previous = work.update(
        intent,
        status="requires_action",
        payment_method=method["id"],
        last_payment_error=None,
        next_action={
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {"type": "three_d_secure_redirect"},
        },
    )
    work.emit("payment_intent.requires_action", intent, previous=previous)


def _charge(
    work: Work, intent: Doc, method: Doc, card: Card, *, cvc_given: bool, authenticated: bool
) -> Decline | None:
    decline = card.decline if card.decline and (cvc_given or card.decline_without_cvc) else None
    charge = charges.create(work, intent, method, card, authenticated=authenticated, decline=decline)
    if decline:
        _fall_back(work, intent, decline, method, charge_id=charge["id"])
        return decline
    _advance(work, intent, method, charge)
    if charge["captured"]:
        disputes.follow_card(work, card, charge)
    return None


def _advance(work: Work, intent: Doc, method: Doc, charge: Doc) -> None:
    held = not charge["captured"]
    work.update(
        intent,
        status="requires_capture" if held else "succeeded",
        amount_capturable=intent["amount"] if held else 0,
        amount_received=0 if held else intent["amount"],
        latest_charge=charge["id"],
        payment_method=method["id"],
        last_payment_error=None,
        next_action=None,
    )
    if held:
        work.set_timer(work.now + work.rules.hold_seconds, "lapse_hold", intent["id"])
        work.emit("payment_intent.amount_capturable_updated", intent, previous={"amount_capturable": 0})
    else:
        work.emit("payment_intent.succeeded", intent)


def _fall_back(work: Work, intent: Doc, decline: Decline, method: Doc, *, charge_id: str | None) -> None:
    is_intent_error = isinstance(decline, AuthenticationFailure)
    error: Doc = {
        "code": decline.code,
        "doc_url": f"https://stripe.com/docs/error-codes/{decline.code.replace('_', '-')}",
        "message": decline.message,
        "payment_method": method,
        "type": "invalid_request_error" if is_intent_error else "card_error",
    }
    if decline.decline_code:
        error["decline_code"] = decline.decline_code
    if charge_id:
        error["charge"] = charge_id
    work.update(
        intent,
        status="requires_payment_method",
        last_payment_error=error,
        latest_charge=charge_id or intent["latest_charge"],
        payment_method=None,
        next_action=None,
    )
    work.emit("payment_intent.payment_failed", intent)
