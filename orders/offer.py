"""What the checkout page showed, kept on the page in our own hand, so that a changed offer can say what changed."""

from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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
            "discount": quote.discount,
            "duty": quote.duty,
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
    told = [*_line_changes(old["lines"], quote), *_sum_changes(old, quote), *_delivery_changes(old, quote)]
    if old["tax"] != quote.tax and not told:
        told.append(_("Tax is %(new)s instead of %(old)s.") % _amounts(quote.tax, old["tax"]))
    if old["total"] != quote.total:
        told.append(_("The total is %(new)s instead of %(old)s.") % _amounts(quote.total, old["total"]))
    return told


def _line_changes(old: dict[str, list[int]], quote: Quote) -> list[str]:
    told, now = [], {line.sku: line for line in quote.lines}
    for sku, line in now.items():
        name = f"{line.name} ({line.label})" if line.label else line.name
        quantity, price = old.get(sku, (0, line.unit_price))
        if price != line.unit_price:
            words = _("%(name)s costs %(new)s instead of %(old)s.")
            told.append(words % {"name": name, **_amounts(line.unit_price, price)})
            told += [line.deal_words] if line.deal_words and line.sale is None else []
        if quantity != line.quantity:
            words = (
                _("Your cart holds %(now)s × %(name)s instead of %(before)s.")
                if quantity
                else _("Your cart holds %(now)s × %(name)s, which was not there before.")
            )
            told.append(words % {"now": line.quantity, "name": name, "before": quantity})
    gone = len(old.keys() - now.keys())
    if gone:
        words = ngettext("%(gone)s thing has left your cart.", "%(gone)s things have left your cart.", gone)
        told.append(words % {"gone": gone})
    return told


def _sum_changes(old: dict, quote: Quote) -> list[str]:
    told = []
    if old.get("discount", 0) != quote.discount:
        words = _("Your discount is %(new)s instead of %(old)s.")
        told.append(words % _amounts(quote.discount, old.get("discount", 0)))
    if old.get("duty", 0) != quote.duty:
        words = _("Import duty is %(new)s instead of %(old)s.")
        told.append(words % _amounts(quote.duty, old.get("duty", 0)))
    return told


def _delivery_changes(old: dict, quote: Quote) -> list[str]:
    method = quote.method.name if quote.method else ""
    if old["method"] and method and old["method"] != method:
        words = _("Delivery is by %(method)s for %(price)s: %(old)s does not go there.")
        return [words % {"method": method, "price": format_money(quote.shipping), "old": old["method"]}]
    if old["shipping"] != quote.shipping:
        return [_("Delivery costs %(new)s instead of %(old)s.") % _amounts(quote.shipping, old["shipping"])]
    return []


def _amounts(new: int, old: int) -> dict[str, str]:
    return {"new": format_money(new), "old": format_money(old)}
