"""`{{ amount|money }}`: the only place where minor units become words on a page."""

from django import template

from config.money import format_money

register = template.Library()


@register.filter
def money(amount: int | None) -> str:
    return "" if amount is None or amount == "" else format_money(amount)
