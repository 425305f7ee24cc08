"""PaymentIntents: created, confirmed with a card, captured or cancelled (https://docs.stripe.com/api/payment_intents)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import charges, disputes, methods, money, rules
from .cards import Card, Decline
from .errors import ApiError, missing_param, not_offered, wrong_state
from .ids import new_id, random_text

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
CONFIRMABLE = ("requires_payment_method", "requires_confirmation")

SUPPORTED_AT_CREATION = frozenset(
    [
        "amount",
        "currency",
        "capture_method",
        "confirm",
        "confirmation_method",
        "customer",
        "description",
        "expand",
        "metadata",
        "off_session",
        "payment_method",
        "receipt_email",
        "return_url",
        "shipping",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "allowed_payment_method_types",
        "excluded_payment_method_types",
        "automatic_payment_methods",
        "transfer_group",
        "payment_method_options",
        "setup_future_usage",
        "error_on_requires_action",
    ]
)
SUPPORTED_AT_CONFIRM = frozenset(
    ["payment_method", "return_url", "expand", "receipt_email", "error_on_requires_action"]
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


def create(work: Work, params: Doc) -> Doc:
    """Create an intent from an API call, and confirm it at once if asked to."""
    _only(params, SUPPORTED_AT_CREATION)
    intent = open_intent(work, params)
    if params.get("payment_method"):
        method, _ = methods.from_id(work, params["payment_method"], param="payment_method")
        work.update(intent, payment_method=method["id"], status="requires_confirmation")
    work.emit("payment_intent.created", intent)
    if params.get("confirm"):
        return confirm(work, intent, {"error_on_requires_action": params.get("error_on_requires_action")})
    return intent


def open_intent(work: Work, params: Doc) -> Doc:
    """Keep a new intent that still waits for a payment method; emits nothing yet."""
    currency = rules.currency(params["currency"], "currency")
    amount = rules.positive(params["amount"], "amount")
    if amount < money.least(currency):
        raise too_small(currency, "amount")
    if params.get("customer"):
        work.get("customer", params["customer"], param="customer")
    intent_id = new_id("pi")
    return work.insert(
        {
            "id": intent_id,
            "object": "payment_intent",
            "allowed_payment_method_types": params.get("allowed_payment_method_types"),
            "amount": amount,
            "amount_capturable": 0,
            "amount_details": {"tip": {}},
            "amount_received": 0,
            "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
            "capture_method": params.get("capture_method", "automatic_async"),
            "client_secret": f"{intent_id}_secret_{random_text(25)}",
            "confirmation_method": params.get("confirmation_method", "automatic"),
            "created": work.now,
            "currency": currency,
            "customer": params.get("customer"),
            "description": rules.text(params.get("description"), 1000, "description"),
            "excluded_payment_method_types": params.get("excluded_payment_method_types"),
            "livemode": False,
            "metadata": rules.metadata(params.get("metadata")),
            "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
            "payment_method_types": ["card"],
            "receipt_email": params.get("receipt_email") or None,
            "setup_future_usage": params.get("setup_future_usage"),
            "shipping": params.get("shipping"),
            "statement_descriptor": rules.statement_text(
                params.get("statement_descriptor"), "statement_descriptor"
            ),
            "statement_descriptor_suffix": rules.statement_text(
                params.get("statement_descriptor_suffix"), "statement_descriptor_suffix"
            ),
            "status": "requires_payment_method",
            "transfer_group": params.get("transfer_group"),
        }
    )


def update(work: Work, intent: Doc, params: Doc) -> Doc:
    """Change what may change at any time: metadata and description."""
    _only(params, frozenset(("metadata", "description", "expand")))
    changes: Doc = {}
    if "metadata" in params:
        changes["metadata"] = rules.metadata(params["metadata"], old=intent["metadata"])
    if "description" in params:
        changes["description"] = rules.text(params["description"], 1000, "description")
    work.update(intent, **changes)
    return intent


def confirm(work: Work, intent: Doc, params: Doc) -> Doc:
    """Confirm through the API, without a customer at hand; raises the decline as Stripe's 402."""
    _only(params, SUPPORTED_AT_CONFIRM)
    if intent["status"] not in CONFIRMABLE:
        raise _unexpected("confirmed", intent, CONFIRMABLE)
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


def capture(work: Work, intent: Doc, params: Doc) -> Doc:
    """Collect all or part of the hold, once; what is not collected is released."""
    _only(params, SUPPORTED_AT_CAPTURE)
    if intent["status"] == "succeeded":
        raise wrong_state(
            "This PaymentIntent could not be captured because it has already been captured.",
            payment_intent=intent,
        )
    if intent["status"] != "requires_capture":
        raise _unexpected("captured", intent, ("requires_capture",))
    if params.get("final_capture") is False:
        raise ApiError(
            "This PaymentIntent does not support multiple captures; "
            "see payment_method_details.card.multicapture on the charge.",
            param="final_capture",
        )
    amount = _amount_to_capture(intent, params)
    return _capture(work, intent, amount, params)


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


def cancel(work: Work, intent: Doc, params: Doc) -> Doc:
    """Give a hold back, or end an intent that was never paid; free of charge."""
    if intent["status"] not in CANCELLABLE:
        raise _unexpected("canceled", intent, CANCELLABLE)
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


def too_small(currency: str, param: str | None) -> ApiError:
    return ApiError(
        f"Amount must be at least {money.show(money.least(currency), currency)} {currency}",
        code="amount_too_small",
        param=param,
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


def _unexpected(verb: str, intent: Doc, allowed: tuple[str, ...]) -> ApiError:
    return wrong_state(
        f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}. Only a "
        f"PaymentIntent with one of the following statuses may be {verb}: {', '.join(allowed)}.",
        payment_intent=intent,
    )


def _only(params: Doc, supported: frozenset[str]) -> None:
    for name in params:
        if name not in supported:
            raise not_offered(name)
