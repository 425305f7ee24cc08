"""What is frozen when an invoice or a credit note is issued, and the hash that proves it unchanged.

A content is a dict of plain JSON values; amounts are minor units, rates hundredths of a percent, dates ISO texts:

    version, kind ("invoice" or "credit_note"), number, issued_on, language, currency
    seller     name, lines (its address), vat_id, register, email
    buyer      lines (the billing address, and the VAT number if one was given), country
    delivery   lines (the delivery address), method, days
    order      number, placed_on
    payment    brand, last4; or at ("counter"); or null
    credit     what of the total was paid with store credit; absent if nothing was
    prices_include_tax
    lines      position, sku, name, label, quantity, unit_price, net, tax, gross, tax_rate, origin; discount and duty
               if there is any: as prices are shown, and contained in net, tax and gross
    shipping   name, net, tax, gross, tax_rate (null: not known), or null
    discounts  a list of name, code, amount (off the goods), shipping (off delivery); empty in a credit note
    tax_parts  rate, net, tax, gross
    totals     goods (without discount and duty), discount, duty, shipping (as prices are shown), net, tax, total
    credits    number, issued_on of the invoice, and reason of a credit note

A credit note has the pieces and amounts that it takes back, as positive numbers; of a line it takes its share of
discount and duty as well and does not name them. A line of it with no pieces is a reduction of that line's price.
Version 1 knew no discounts: its `discounts` are empty, and it has a `duty` of 0.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone, translation

from accounts import addresses
from orders.models import Order, OrderLine
from orders.services.pricing import tax_of

VERSION = 2
Content = dict[str, object]
_AMOUNTS = ("net", "tax", "gross")


def canonical(content: Content) -> str:
    """The one text of a content: sorted keys, no spaces, nothing but ASCII."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def fingerprint(text: str) -> str:
    """SHA-256 of a canonical text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def local_day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def language_of(order: Order) -> str:
    """The language that the customer ordered in."""
    return order.language or settings.LANGUAGE_CODE


def of_order(order: Order, lines: Iterable[OrderLine], payment: dict[str, str] | None) -> Content:
    """All that the invoice of an order says, save for its number and date."""
    with translation.override(language_of(order)):
        parties = {
            "seller": seller(),
            "buyer": {
                "lines": addresses.lines_of(order.billing_address),
                "country": order.billing_address.get("country", ""),
            },
            "delivery": {
                "lines": addresses.lines_of(order.shipping_address),
                "method": order.shipping_name,
                "days": order.delivery_days,
            },
        }
    goods = [_line(line) for line in lines]
    return {
        "version": VERSION,
        "kind": "invoice",
        "language": language_of(order),
        "currency": order.currency,
        **parties,
        "order": {"number": order.number, "placed_on": local_day(order.placed_at).isoformat()},
        "payment": payment,
        **({"credit": order.credit_used} if order.credit_used else {}),
        "prices_include_tax": order.prices_include_tax,
        "discounts": [
            {name: taken[name] for name in ("name", "code", "amount", "shipping")}
            for taken in order.discounts
        ],
        **summed_up(goods, _shipping(order, goods), order.prices_include_tax),
    }


def seller() -> dict[str, object]:
    """The shop as the settings name it at this moment."""
    return {
        "name": settings.SHOP_LEGAL_NAME,
        "lines": list(settings.SHOP_ADDRESS),
        "vat_id": settings.SHOP_VAT_ID,
        "register": settings.SHOP_REGISTER,
        "email": settings.SHOP_EMAIL,
    }


def summed_up(lines: Sequence[dict], shipping: dict | None, prices_include_tax: bool) -> Content:
    """Lines and delivery with what they add up to: tax by rate, and the totals."""
    items = [*lines, *([shipping] if shipping else [])]
    shown = "gross" if prices_include_tax else "net"
    totals = {name: sum(item[name] for item in items) for name in ("net", "tax")}
    discount, duty = (sum(line.get(name, 0) for line in lines) for name in ("discount", "duty"))
    return {
        "lines": list(lines),
        "shipping": shipping,
        "tax_parts": _tax_parts(items),
        "totals": {
            "goods": sum(line[shown] for line in lines) + discount - duty,
            "shipping": shipping[shown] if shipping else 0,
            **totals,
            "discount": discount,
            "duty": duty,
            "total": totals["net"] + totals["tax"],
        },
    }


def _tax_parts(items: Iterable[dict]) -> list[dict]:
    """What is taxed at which rate, the highest first; what has no price is left out."""
    parts: dict[int | None, dict] = {}
    for item in items:
        if item["gross"]:
            part = parts.setdefault(
                item["tax_rate"], {"rate": item["tax_rate"], "net": 0, "tax": 0, "gross": 0}
            )
            for name in _AMOUNTS:
                part[name] += item[name]
    return sorted(parts.values(), key=lambda part: -1 if part["rate"] is None else part["rate"], reverse=True)


def _line(line: OrderLine) -> dict:
    copied = "position sku name label quantity unit_price net tax gross tax_rate"
    return {
        **{name: getattr(line, name) for name in copied.split()},
        "origin": line.country_of_origin,
        **({"discount": line.discount} if line.discount else {}),
        **({"duty": line.duty} if line.duty else {}),
    }


def _shipping(order: Order, goods: Sequence[dict]) -> dict:
    is_included = order.prices_include_tax
    net = order.shipping - order.shipping_tax if is_included else order.shipping
    rate = order.shipping_tax_rate
    if rate is None:
        rate = _likely_rate(order, {line["tax_rate"] for line in goods} | {0})
    return {
        "name": order.shipping_name,
        "net": net,
        "tax": order.shipping_tax,
        "gross": net + order.shipping_tax,
        "tax_rate": rate,
    }


def _likely_rate(order: Order, rates: Iterable[int]) -> int | None:
    """The rate of a delivery whose order did not note it: one of its goods' that makes its tax; None if none does."""
    for rate in sorted(rates, reverse=True):
        if tax_of(order.shipping, rate, included=order.prices_include_tax) == order.shipping_tax:
            return rate
    return None
