"""Checkout Sessions: created, listed, expired (https://docs.stripe.com/api/checkout/sessions)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from . import coupons, intents, line_items, lists, money, rules, shipping
from .errors import ApiError, missing_param, not_offered, wrong_state
from .ids import new_session_id

if TYPE_CHECKING:
    from .work import Work

Doc = dict[str, Any]

LEAST_LIFE = 30 * 60
LONGEST_LIFE = 24 * 3600
CLOCK_TOLERANCE = 5
PLACEHOLDER = "{CHECKOUT_SESSION_ID}"

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


def create(work: Work, params: Doc) -> Doc:
    """Open a session; its PaymentIntent is made only when the customer confirms."""
    _check(work, params)
    items = line_items.build(work, params["line_items"])
    currency = items[0]["currency"]
    discount = coupons.discount(work, params.get("discounts"), items)
    options = shipping.build(work, params.get("shipping_options", []), currency)
    totals = _totals(items, options, discount)
    if 0 < totals["amount_total"] < money.least(currency):
        least = money.show(money.least(currency), currency)
        raise ApiError(
            f"The Checkout Session's total amount due must add up to at least {least} {currency}",
            code="amount_too_small",
        )
    if totals["amount_total"] > rules.MAX_AMOUNT:
        raise ApiError(
            "The Checkout Session's total amount must be no more than 999,999.99", code="amount_too_large"
        )
    session = _build(work, params, currency, totals)
    hidden = {"line_items": items, "payment_intent_data": params.get("payment_intent_data", {})}
    session = work.insert(session, hidden=hidden)
    work.set_timer(session["expires_at"], "expire_session", session["id"])
    return session


def update(work: Work, session: Doc, params: Doc) -> Doc:
    """Change the metadata of a session."""
    for name in params:
        if name not in ("metadata", "expand"):
            raise not_offered(name)
    work.update(session, metadata=rules.metadata(params.get("metadata"), old=session["metadata"]))
    return session


def expire(work: Work, session: Doc) -> Doc:
    """Close an open session for good; whoever is on its page can no longer pay."""
    if session["status"] != "open":
        raise wrong_state(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of '
            f"`{session['status']}`.",
            code=None,
        )
    work.drop_timers(session["id"])
    work.update(session, status="expired", url=None)
    if session["payment_intent"]:
        intent = work.get("payment_intent", session["payment_intent"])
        if intent["status"] in intents.CANCELLABLE:
            intents.end(work, intent, reason="expired")
    work.emit("checkout.session.expired", session)
    return session


def expire_if_open(work: Work, session_id: str) -> None:
    """The session's time is up."""
    session = work.get("checkout.session", session_id)
    if session["status"] == "open":
        expire(work, session)


def list_items(work: Work, session: Doc, params: Doc) -> Doc:
    items = work.hidden(session["id"])["line_items"]
    return lists.of_items(items, params, f"/v1/checkout/sessions/{session['id']}/line_items")


def return_url(session: Doc) -> str:
    """Where the customer goes after paying, with the session's id in it."""
    url: str = session["success_url"] or session["return_url"]
    return url.replace(PLACEHOLDER, session["id"])


def _check(work: Work, params: Doc) -> None:
    _check_supported(params)
    _check_mode(params)
    _check_addresses(params)
    _check_customer(work, params)
    _check_exclusive(params)
    _expires_at(work, params)
    if not params.get("line_items"):
        raise missing_param("line_items")


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


def _expires_at(work: Work, params: Doc) -> int:
    expires_at: int = params.get("expires_at", work.now + LONGEST_LIFE)
    if expires_at < work.now + LEAST_LIFE - CLOCK_TOLERANCE:
        raise ApiError(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
            param="expires_at",
        )
    if expires_at > work.now + LONGEST_LIFE + CLOCK_TOLERANCE:
        raise ApiError(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
            param="expires_at",
        )
    return expires_at


def _totals(items: list[Doc], options: list[Doc], discount: int) -> Doc:
    subtotal = sum(item["amount_subtotal"] for item in items)
    carriage = options[0]["shipping_amount"] if options else 0
    return {
        "amount_subtotal": subtotal,
        "amount_total": subtotal - discount + carriage,
        "shipping_cost": shipping.cost(options[0]) if options else None,
        "shipping_options": options,
        "total_details": {"amount_discount": discount, "amount_shipping": carriage, "amount_tax": 0},
    }


def _build(work: Work, params: Doc, currency: str, totals: Doc) -> Doc:
    session_id = new_session_id()
    ui_mode = params.get("ui_mode", "hosted_page")
    return {
        **totals,
        "id": session_id,
        "object": "checkout.session",
        "adaptive_pricing": {"enabled": False},
        "allowed_payment_method_types": params.get("allowed_payment_method_types"),
        "automatic_tax": {"enabled": False},
        "billing_address_collection": params.get("billing_address_collection"),
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "client_secret": None
        if ui_mode == "hosted_page"
        else f"{session_id}_secret_{new_session_id()[-24:]}",
        "created": work.now,
        "currency": currency,
        "custom_fields": [],
        "custom_text": params.get("custom_text") or {},
        "customer": params.get("customer"),
        "customer_creation": None if "customer" in params else params.get("customer_creation", "if_required"),
        "customer_email": params.get("customer_email"),
        "discounts": [
            {"coupon": None, "promotion_code": None, **given} for given in params.get("discounts") or []
        ],
        "excluded_payment_method_types": params.get("excluded_payment_method_types"),
        "expires_at": _expires_at(work, params),
        "invoice_creation": {"enabled": False, "invoice_data": {"metadata": {}}},
        "livemode": False,
        "locale": params.get("locale"),
        "metadata": rules.metadata(params.get("metadata")),
        "mode": "payment",
        "payment_method_collection": "if_required",
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "payment_status": "unpaid" if totals["amount_total"] else "no_payment_required",
        "phone_number_collection": params.get("phone_number_collection") or {"enabled": False},
        "return_url": params.get("return_url"),
        "shipping_address_collection": params.get("shipping_address_collection"),
        "status": "open",
        "submit_type": params.get("submit_type"),
        "success_url": params.get("success_url"),
        "tax_id_collection": {"enabled": False, "required": "never"},
        "ui_mode": ui_mode,
        "url": f"{work.rules.public_url}/pay/{session_id}" if ui_mode == "hosted_page" else None,
    }


def _looks_like_email(text: str) -> bool:
    name, _, domain = text.rpartition("@")
    return bool(name) and "." in domain.strip(".") and not any(character.isspace() for character in text)
