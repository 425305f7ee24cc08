"""Shipping options of a session; the first one is what the customer pays unless another is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import rules
from .errors import ApiError, missing_param, no_such
from .ids import new_id

if TYPE_CHECKING:
    from .work import Work

Doc = dict[str, Any]

MOST = 5


def build(work: Work, given: list[Doc], currency: str) -> list[Doc]:
    """Turn the `shipping_options` parameter into options with a ShippingRate each."""
    if len(given) > MOST:
        raise ApiError(f"You may only specify up to {MOST} shipping options.", param="shipping_options")
    return [_option(work, option, currency, f"shipping_options[{n}]") for n, option in enumerate(given)]


def cost(option: Doc) -> Doc:
    """Return what a session shows for the chosen option."""
    amount = option["shipping_amount"]
    return {
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "shipping_rate": option["shipping_rate"],
    }


def choose(session: Doc, rate_id: str) -> Doc:
    """The customer picks another option: returns the totals that change; raises ApiError for none of them."""
    options = {option["shipping_rate"]: option for option in session["shipping_options"]}
    if rate_id not in options:
        raise no_such("shipping_rate", rate_id, param="rate")
    chosen = options[rate_id]
    before = session["total_details"]["amount_shipping"]
    details = {**session["total_details"], "amount_shipping": chosen["shipping_amount"]}
    return {
        "shipping_cost": cost(chosen),
        "total_details": details,
        "amount_total": session["amount_total"] - before + chosen["shipping_amount"],
    }


def _option(work: Work, given: Doc, currency: str, path: str) -> Doc:
    if "shipping_rate" in given:
        rate = work.get("shipping_rate", given["shipping_rate"], param=f"{path}[shipping_rate]")
    elif "shipping_rate_data" in given:
        rate = _rate(work, given["shipping_rate_data"], f"{path}[shipping_rate_data]")
    else:
        raise missing_param(f"{path}[shipping_rate_data]")
    if rate["fixed_amount"]["currency"] != currency:
        raise ApiError("The shipping rate must use the currency of the line items.", param=path)
    return {"shipping_amount": rate["fixed_amount"]["amount"], "shipping_rate": rate["id"]}


def _rate(work: Work, data: Doc, path: str) -> Doc:
    if "fixed_amount" not in data:
        raise missing_param(f"{path}[fixed_amount]")
    amount = data["fixed_amount"]
    return work.insert(
        {
            "id": new_id("shr"),
            "object": "shipping_rate",
            "active": False,
            "created": work.now,
            "delivery_estimate": data.get("delivery_estimate"),
            "display_name": rules.text(data["display_name"], 100, f"{path}[display_name]"),
            "fixed_amount": {
                "amount": rules.not_negative(amount["amount"], f"{path}[fixed_amount][amount]"),
                "currency": rules.currency(amount["currency"], f"{path}[fixed_amount][currency]"),
            },
            "livemode": False,
            "metadata": rules.metadata(data.get("metadata"), f"{path}[metadata]"),
            "tax_behavior": data.get("tax_behavior", "unspecified"),
            "tax_code": data.get("tax_code"),
            "type": "fixed_amount",
        }
    )
