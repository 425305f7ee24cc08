"""Coupons, as far as a session needs them to show a discount (https://docs.stripe.com/api/coupons)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import line_items, rules
from .errors import ApiError, missing_param, not_offered
from .ids import random_text

if TYPE_CHECKING:
    from .work import Work

Doc = dict[str, Any]

SUPPORTED = frozenset(
    [
        "id",
        "amount_off",
        "percent_off",
        "currency",
        "duration",
        "max_redemptions",
        "name",
        "metadata",
        "expand",
    ]
)


def create(work: Work, params: Doc) -> Doc:
    """Make a coupon that takes off an amount or a percentage, once."""
    rules.only(params, SUPPORTED)
    if ("amount_off" in params) == ("percent_off" in params):
        raise ApiError("You must pass exactly one of amount_off or percent_off.", param="amount_off")
    if "amount_off" in params and "currency" not in params:
        raise missing_param("currency")
    coupon_id = params.get("id") or random_text(8)
    if work.find(coupon_id):
        raise ApiError("Coupon already exists.", code="resource_already_exists", param="id")
    return work.insert(
        {
            "id": coupon_id,
            "object": "coupon",
            "amount_off": rules.positive(params["amount_off"], "amount_off")
            if "amount_off" in params
            else None,
            "created": work.now,
            "currency": rules.currency(params["currency"], "currency") if "currency" in params else None,
            "duration": params.get("duration", "once"),
            "livemode": False,
            "max_redemptions": params.get("max_redemptions"),
            "metadata": rules.metadata(params.get("metadata")),
            "name": rules.text(params.get("name"), 40, "name"),
            "percent_off": _percent(params["percent_off"]) if "percent_off" in params else None,
            "times_redeemed": 0,
            "valid": True,
        }
    )


def discount(work: Work, given: list[Doc] | str | None, items: list[Doc]) -> int:
    """Take the session's one discount off `items`; returns it in minor units."""
    if not given or isinstance(given, str):
        return 0
    if len(given) > 1:
        raise ApiError("You may only specify up to 1 discount.", param="discounts")
    if "coupon" not in given[0]:
        raise not_offered("discounts[0][promotion_code]")
    coupon = work.get("coupon", given[0]["coupon"], param="discounts[0][coupon]")
    subtotal = sum(item["amount_subtotal"] for item in items)
    amount = min(subtotal, _off(coupon, subtotal, items[0]["currency"]))
    line_items.spread_discount(items, amount)
    return amount


def _off(coupon: Doc, subtotal: int, currency: str) -> int:
    if coupon["percent_off"] is not None:
        return round(subtotal * coupon["percent_off"] / 100)
    if coupon["currency"] != currency:
        raise ApiError(
            "The coupon's currency must match that of the line items.", param="discounts[0][coupon]"
        )
    off: int = coupon["amount_off"]
    return off


def _percent(text: str) -> float:
    percent = float(text)
    if not 0 < percent <= 100:
        raise ApiError("percent_off must be greater than 0 and at most 100.", param="percent_off")
    return percent
