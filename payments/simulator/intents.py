"""PaymentIntents: created by a call or by a session, and changed (https://docs.stripe.com/api/payment_intents)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import confirming, methods, money, rules
from .errors import ApiError
from .ids import new_id, random_text

if TYPE_CHECKING:
    from .work import Work

Doc = dict[str, Any]

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


def create(work: Work, params: Doc) -> Doc:
    """Create an intent from an API call, and confirm it at once if asked to."""
    rules.only(params, SUPPORTED_AT_CREATION)
    intent = open_intent(work, params)
    if params.get("payment_method"):
        method, _ = methods.from_id(work, params["payment_method"], param="payment_method")
        work.update(intent, payment_method=method["id"], status="requires_confirmation")
    work.emit("payment_intent.created", intent)
    if params.get("confirm"):
        return confirming.confirm(
            work, intent, {"error_on_requires_action": params.get("error_on_requires_action")}
        )
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
    rules.only(params, frozenset(("metadata", "description", "expand")))
    changes: Doc = {}
    if "metadata" in params:
        changes["metadata"] = rules.metadata(params["metadata"], old=intent["metadata"])
    if "description" in params:
        changes["description"] = rules.text(params["description"], 1000, "description")
    work.update(intent, **changes)
    return intent


def too_small(currency: str, param: str | None) -> ApiError:
    return ApiError(
        f"Amount must be at least {money.show(money.least(currency), currency)} {currency}",
        code="amount_too_small",
        param=param,
    )
