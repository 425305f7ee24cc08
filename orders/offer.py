"""What the checkout page showed, kept on the page in our own hand, so that a changed offer can say what changed."""

from django.core import signing

from config.money import format_money
from orders.services.quote import Quote

_SALT = "orders.offer"
_SECONDS = 60 * 60 * 24


def pack(quote: Quote) -> str:
    """Return the offer as a signed text for a hidden field. It is for words only: nobody is charged by it."""
    return signing.dumps(
        {
            "lines": {line.sku: [line.quantity, line.unit_price] for line in quote.lines},
            "country": quote.country,
            "method": quote.method.name if quote.method else "",
            "shipping": quote.shipping,
            "tax": quote.tax,
            "total": quote.total,
        },
        salt=_SALT,
        compress=True,
    )


def changes(packed: str, quote: Quote) -> list[str]:
    """Say in sentences what is different now from what the page showed; [] if it showed nothing we know of."""
    try:
        old = signing.loads(packed, salt=_SALT, max_age=_SECONDS)
    except signing.BadSignature:
        return []
    told = [*_line_changes(old["lines"], quote), *_delivery_changes(old, quote)]
    if old["tax"] != quote.tax and not told:
        told.append(f"Tax is {format_money(quote.tax)} instead of {format_money(old['tax'])}.")
    if old["total"] != quote.total:
        told.append(f"The total is {format_money(quote.total)} instead of {format_money(old['total'])}.")
    return told


def _line_changes(old: dict[str, list[int]], quote: Quote) -> list[str]:
    told, now = [], {line.sku: line for line in quote.lines}
    for sku, line in now.items():
        name = f"{line.name} ({line.label})" if line.label else line.name
        quantity, price = old.get(sku, (0, line.unit_price))
        if price != line.unit_price:
            told.append(f"{name} costs {format_money(line.unit_price)} instead of {format_money(price)}.")
        if quantity != line.quantity:
            before = f" instead of {quantity}" if quantity else ", which was not there before"
            told.append(f"Your cart holds {line.quantity} × {name}{before}.")
    gone = len(old.keys() - now.keys())
    if gone:
        told.append(f"{gone} {'thing has' if gone == 1 else 'things have'} left your cart.")
    return told


def _delivery_changes(old: dict, quote: Quote) -> list[str]:
    method = quote.method.name if quote.method else ""
    if old["method"] and method and old["method"] != method:
        return [
            f"Delivery is by {method} for {format_money(quote.shipping)}: {old['method']} does not go there."
        ]
    if old["shipping"] != quote.shipping:
        return [f"Delivery costs {format_money(quote.shipping)} instead of {format_money(old['shipping'])}."]
    return []
