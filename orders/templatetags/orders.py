"""Words of this room for its pages: `{% load orders %}`."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.conf import settings
from django.utils.translation import gettext as _

from accounts import addresses
from config.money import format_money
from orders import offer, words
from orders import services as orders
from orders.forms import CheckoutForm
from orders.models import Order, ShippingMethod
from orders.services.quote import Quote

register = template.Library()


@register.simple_tag
def offer_pack(quote: Quote) -> str:
    """What the page shows, for its hidden field `shown`."""
    return offer.pack(quote)


@register.simple_tag
def offer_changes(form: CheckoutForm, quote: Quote) -> list[str]:
    """What changed since the page that was just sent; [] on a page that was not sent."""
    return offer.changes(str(form.data.get("shown", "")), quote) if form.is_bound else []


@register.filter
def taken_off(discount: Mapping[str, Any]) -> str:
    """What an offer takes off, as a checkout keeps it: off the goods, or off delivery; what that costs may be open."""
    if discount["amount"]:
        return f"−{format_money(discount['amount'])}"
    if discount["shipping"]:
        return _("%(amount)s off delivery") % {"amount": format_money(discount["shipping"])}
    return _("free delivery")


register.filter(words.unbroken)


@register.filter
def address_lines(address: dict[str, str]) -> list[str]:
    return addresses.lines_of(address)


@register.filter
def country_name(code: str) -> str:
    return addresses.country_name(code)


@register.filter
def days(span: str) -> str:
    return words.days(span)


@register.filter
def payment_words(order: Order) -> str:
    return words.payment_words_of(order)


@register.simple_tag
def paid_with(order: Order, payment: Any) -> words.PaidWith | None:
    """What pays for an order now; nothing where it has no payment."""
    return words.paid_with(order, credit=payment.credit, captured=payment.captured) if payment else None


@register.simple_tag
def counter_address() -> list[str]:
    """Where orders are collected, line by line."""
    return settings.SHOP_ADDRESS


@register.filter
def percent(rate: int) -> str:
    """A tax rate in hundredths of a percent: 1900 is "19%"."""
    return words.percent(rate)


@register.simple_tag
def explain(quote: Quote) -> orders.Explanation:
    """How an offer was computed, figure by figure."""
    return orders.explain(quote)


@register.filter
def without_sign(amount: int) -> int:
    return abs(amount)


@register.filter
def weight(grams: int) -> str:
    """A weight in grams, exactly: 1350 is "1.35 kg"."""
    return words.weight(grams)


@register.filter
def method_days(method: ShippingMethod) -> str:
    return words.days(f"{method.min_days}-{method.max_days}")
