"""Words and links of the shop window that every page needs."""

from django import template
from django.conf import settings
from django.template import Context
from django.utils.translation import gettext as _

from shop import tree

register = template.Library()


@register.simple_tag(takes_context=True)
def shop_nav(context: Context) -> list[tree.Shelf]:
    """The top shelves, from a cache; no query on a warm page."""
    return tree.tree_for(context["request"]).roots


@register.simple_tag(takes_context=True)
def shop_has_reduced(context: Context) -> bool:
    """Whether something is on sale, from the same cache."""
    return tree.tree_for(context["request"]).has_reduced


@register.simple_tag
def price_note() -> str:
    """What the prices on this page contain."""
    if settings.PRICES_INCLUDE_TAX:
        return _("Prices include tax. Delivery is added at checkout.")
    return _("Prices are before tax. Tax and delivery are added at checkout.")


@register.simple_tag
def price_note_short() -> str:
    """The same beside one price."""
    return _("incl. tax, plus delivery") if settings.PRICES_INCLUDE_TAX else _("plus tax and delivery")
