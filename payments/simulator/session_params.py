"""What a new Checkout Session may ask for, beyond the types of its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from . import rules
from .errors import ApiError, missing_param, not_offered

if TYPE_CHECKING:
    from .work import Work

Doc = dict[str, Any]

LEAST_LIFE = 30 * 60
LONGEST_LIFE = 24 * 3600
CLOCK_TOLERANCE = 5
SUPPORTED = frozenset(
    [
        "allowed_payment_method_types",
        "automatic_tax",
        "billing_address_collection",
        "cancel_url",
        "client_reference_id",
        "currency",
        "custom_text",
        "customer",
        "customer_creation",
        "customer_email",
        "customer_update",
        "discounts",
        "excluded_payment_method_types",
        "expand",
        "expires_at",
        "line_items",
        "locale",
        "metadata",
        "mode",
        "payment_intent_data",
        "payment_method_collection",
        "payment_method_options",
        "phone_number_collection",
        "return_url",
        "shipping_address_collection",
        "shipping_options",
        "submit_type",
        "success_url",
        "ui_mode",
    ]
)
IGNORABLE = frozenset(
    [
        "adaptive_pricing",
        "allow_promotion_codes",
        "consent_collection",
        "invoice_creation",
        "managed_payments",
        "name_collection",
        "tax_id_collection",
    ]
)
"""Features that may be sent switched off, as `{"enabled": false}`; switched on they are refused."""
SUPPORTED_INTENT_DATA = frozenset(
    [
        "capture_method",
        "description",
        "metadata",
        "receipt_email",
        "setup_future_usage",
        "shipping",
        "statement_descriptor",
        "statement_descriptor_suffix",
        "transfer_group",
    ]
)


def check(work: Work, params: Doc) -> None:
    """Raise ApiError for what the types allow and Stripe refuses all the same."""
    _check_supported(params)
    _check_mode(params)
    _check_addresses(params)
    _check_customer(work, params)
    _check_exclusive(params)
    expires_at(work, params)
    if not params.get("line_items"):
        raise missing_param("line_items")


def expires_at(work: Work, params: Doc) -> int:
    """Return when the session ends: 30 minutes to 24 hours from now, the longest if not said."""
    when: int = params.get("expires_at", work.now + LONGEST_LIFE)
    if when < work.now + LEAST_LIFE - CLOCK_TOLERANCE:
        raise ApiError(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
            param="expires_at",
        )
    if when > work.now + LONGEST_LIFE + CLOCK_TOLERANCE:
        raise ApiError(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
            param="expires_at",
        )
    return when


def _check_supported(params: Doc) -> None:
    for name, value in params.items():
        is_off = not value or (isinstance(value, dict) and value.get("enabled") is False)
        if name not in SUPPORTED and not (name in IGNORABLE and is_off):
            raise not_offered(name)
    for name in params.get("payment_intent_data", {}):
        if name not in SUPPORTED_INTENT_DATA:
            raise not_offered(f"payment_intent_data[{name}]")
    if params.get("automatic_tax", {}).get("enabled"):
        raise ApiError(
            "You must have a valid origin address to enable automatic tax calculation in test mode. "
            "Visit https://dashboard.stripe.com/test/settings/tax to update it.",
            param="automatic_tax[enabled]",
        )


def _check_mode(params: Doc) -> None:
    if "mode" not in params:
        raise missing_param("mode")
    if params["mode"] != "payment":
        raise ApiError(f"The simulator only supports mode payment, not {params['mode']}.", param="mode")


def _check_addresses(params: Doc) -> None:
    hosted = params.get("ui_mode", "hosted_page") == "hosted_page"
    wanted = "success_url" if hosted else "return_url"
    if wanted not in params:
        raise missing_param(wanted)
    for name in ("success_url", "cancel_url") if not hosted else ("return_url",):
        if name in params:
            raise ApiError(f"{name} cannot be used with this ui_mode.", param=name)
    for name in ("success_url", "cancel_url", "return_url"):
        if name in params:
            _check_url(params[name], name)


def _check_url(url: str, param: str) -> None:
    try:
        parts = urlsplit(url)
        is_valid = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_valid = False
    if not is_valid or any(character.isspace() for character in url):
        raise ApiError("Not a valid URL", code="url_invalid", param=param)


def _check_customer(work: Work, params: Doc) -> None:
    if "customer" in params:
        work.get("customer", params["customer"], param="customer")
    elif "customer_update" in params:
        raise ApiError("`customer_update` can only be used with `customer`.", param="customer_update")
    email = params.get("customer_email")
    if email is not None and not _looks_like_email(email):
        raise ApiError(f"Invalid email address: {email}", code="email_invalid", param="customer_email")


def _check_exclusive(params: Doc) -> None:
    if "customer" in params and "customer_email" in params:
        raise ApiError(
            "You may only specify one of these parameters: customer, customer_email.",
            code="parameters_exclusive",
            param="customer",
        )
    if "customer" in params and "customer_creation" in params:
        raise ApiError("`customer_creation` cannot be used with `customer`.", param="customer_creation")
    rules.text(params.get("client_reference_id"), 200, "client_reference_id")
    intent_data = params.get("payment_intent_data", {})
    rules.text(intent_data.get("description"), 1000, "payment_intent_data[description]")
    rules.metadata(intent_data.get("metadata"), "payment_intent_data[metadata]")
    for name in ("statement_descriptor", "statement_descriptor_suffix"):
        rules.statement_text(intent_data.get(name), f"payment_intent_data[{name}]")


def _looks_like_email(text: str) -> bool:
    name, _, domain = text.rpartition("@")
    return bool(name) and "." in domain.strip(".") and not any(character.isspace() for character in text)
