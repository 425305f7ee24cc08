"""Checkout Sessions: created, listed, expired (https://docs.stripe.com/api/checkout/sessions)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import coupons, holds, line_items, lists, money, rules, session_params, shipping
from .errors import ApiError, wrong_state
from .ids import new_session_id

if TYPE_CHECKING:
    from .work import Work

Doc = dict[str, Any]

PLACEHOLDER = "{CHECKOUT_SESSION_ID}"


def create(work: Work, params: Doc) -> Doc:
    """Open a session; its PaymentIntent is made only when the customer confirms."""
    session_params.check(work, params)
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
    rules.only(params, frozenset(("metadata", "expand")))
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
        if intent["status"] in holds.CANCELLABLE:
            holds.end(work, intent, reason="expired")
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
        "expires_at": session_params.expires_at(work, params),
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
