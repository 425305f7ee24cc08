"""Line items of a Checkout Session: prices and products made on the fly, and what they add up to."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from . import rules, shapes
from .errors import ApiError
from .ids import new_id

if TYPE_CHECKING:
    from .work import Work

Doc = dict[str, Any]

MOST = 100


def build(work: Work, given: list[Doc]) -> list[Doc]:
    """Turn the `line_items` parameter into line item objects, all in one currency."""
    if len(given) > MOST:
        raise ApiError(f"You may only specify up to {MOST} line items.", param="line_items")
    items = [shapes.complete(_item(work, item, f"line_items[{number}]")) for number, item in enumerate(given)]
    currencies = sorted({item["currency"] for item in items})
    if len(currencies) > 1:
        raise ApiError(
            "All prices on a Checkout Session must use the same currency. "
            f"These were given: {', '.join(currencies)}.",
            param="line_items",
        )
    return items


def spread_discount(items: list[Doc], discount: int) -> None:
    """Share `discount` (minor units) among the items by their subtotals; the last one takes the rest."""
    subtotal = sum(item["amount_subtotal"] for item in items)
    left = discount
    for item in items[:-1]:
        share = discount * item["amount_subtotal"] // subtotal if subtotal else 0
        _reduce(item, share)
        left -= share
    _reduce(items[-1], left)


def _reduce(item: Doc, amount: int) -> None:
    item["amount_discount"] = amount
    item["amount_total"] = item["amount_subtotal"] - amount


def _item(work: Work, given: Doc, path: str) -> Doc:
    _check(given, path)
    price = _price(work, given, path)
    product = work.get("product", price["product"])
    amount = _times(price, given["quantity"])
    return {
        "id": new_id("li"),
        "object": "item",
        "adjustable_quantity": given.get("adjustable_quantity"),
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": product["name"],
        "metadata": rules.metadata(given.get("metadata"), f"{path}[metadata]"),
        "price": price,
        "quantity": given["quantity"],
    }


def _check(given: Doc, path: str) -> None:
    if "price" in given and "price_data" in given:
        raise _both(f"{path}[price]", f"{path}[price_data]")
    if "price" not in given and "price_data" not in given:
        raise _neither(path, "price", "price_data")
    if "quantity" not in given:
        raise ApiError(f"Quantity is required. Add `quantity` to `{path}`", param=f"{path}[quantity]")
    rules.positive(given["quantity"], f"{path}[quantity]")
    for name in ("tax_rates", "dynamic_tax_rates"):
        if given.get(name):
            raise ApiError(
                f"The simulator does not support the parameter {path}[{name}].", param=f"{path}[{name}]"
            )


def _price(work: Work, given: Doc, path: str) -> Doc:
    if "price" in given:
        return work.get("price", given["price"], param=f"{path}[price]")
    data = given["price_data"]
    path = f"{path}[price_data]"
    if "recurring" in data:
        raise ApiError(
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use "
            "only one-time prices.",
            param=f"{path}[recurring]",
        )
    product = _product(work, data, path)
    unit_amount, exact = _unit_amount(data, path)
    return work.insert(
        {
            "id": new_id("price"),
            "object": "price",
            "active": False,
            "billing_scheme": "per_unit",
            "created": work.now,
            "currency": rules.currency(data["currency"], f"{path}[currency]"),
            "livemode": False,
            "metadata": {},
            "product": product["id"],
            "tax_behavior": data.get("tax_behavior", "unspecified"),
            "type": "one_time",
            "unit_amount": unit_amount,
            "unit_amount_decimal": exact,
        }
    )


def _product(work: Work, data: Doc, path: str) -> Doc:
    if "product" in data and "product_data" in data:
        raise _both(f"{path}[product]", f"{path}[product_data]")
    if "product" in data:
        return work.get("product", data["product"], param=f"{path}[product]")
    if "product_data" not in data:
        raise _neither(path, "product", "product_data")
    given = data["product_data"]
    path = f"{path}[product_data]"
    if len(given.get("images", ())) > 8:
        raise ApiError("You may only specify up to 8 images.", param=f"{path}[images]")
    return work.insert(
        {
            "id": new_id("prod"),
            "object": "product",
            "active": False,
            "created": work.now,
            "description": given.get("description"),
            "images": given.get("images", []),
            "livemode": False,
            "marketing_features": [],
            "metadata": rules.metadata(given.get("metadata"), f"{path}[metadata]"),
            "name": rules.text(given["name"], 5000, f"{path}[name]"),
            "tax_code": given.get("tax_code"),
            "type": "service",
            "unit_label": given.get("unit_label"),
            "updated": work.now,
        }
    )


def _unit_amount(data: Doc, path: str) -> tuple[int | None, str]:
    """Return the price of one in minor units, whole if it is, and exactly as decimal text."""
    if "unit_amount" in data and "unit_amount_decimal" in data:
        raise _both(f"{path}[unit_amount]", f"{path}[unit_amount_decimal]")
    if "unit_amount" in data:
        amount = rules.not_negative(data["unit_amount"], f"{path}[unit_amount]")
        return amount, str(amount)
    if "unit_amount_decimal" not in data:
        raise _neither(path, "unit_amount", "unit_amount_decimal")
    exact = Decimal(data["unit_amount_decimal"])
    if exact < 0 or exact != round(exact, 12):
        raise ApiError(
            f"Invalid decimal: {data['unit_amount_decimal']}; must be a non-negative decimal with at most 12 places.",
            param=f"{path}[unit_amount_decimal]",
        )
    rules.not_negative(int(exact), f"{path}[unit_amount_decimal]")
    whole = int(exact) if exact == exact.to_integral_value() else None
    return whole, f"{exact:f}"


def _times(price: Doc, quantity: int) -> int:
    if price["unit_amount"] is not None:
        return int(price["unit_amount"] * quantity)
    return int((Decimal(price["unit_amount_decimal"]) * quantity).quantize(Decimal(1), ROUND_HALF_UP))


def _both(one: str, other: str) -> ApiError:
    return ApiError(
        f"You may only specify one of these parameters: {one}, {other}.",
        code="parameters_exclusive",
        param=one,
    )


def _neither(path: str, one: str, other: str) -> ApiError:
    return ApiError(
        f"You must specify either `{one}` or `{other}` in `{path}`.",
        code="parameter_missing",
        param=f"{path}[{one}]",
    )
