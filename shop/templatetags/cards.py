"""Cards of products and what narrows a list of them: what two pages say alike is rendered once."""

from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from shop.facets import Facet

register = template.Library()
# About 2 kB each.
MOST_KEPT = 2000
MOST_FACETS_KEPT = 1000


@register.simple_tag
def product_card(card: dict[str, object], place: int, eager: int | str) -> SafeString:
    """The card from `shop.listing`, whose picture is wanted at once on the first `eager` places.

    It is made of nothing but what the card says, so a card that says something new is a new one: none is ever stale.
    """
    return _rendered(get_language(), place > int(eager or 0), tuple(card.items()))


@lru_cache(maxsize=MOST_KEPT)
def _rendered(language: str, is_lazy: bool, facts: tuple[tuple[str, object], ...]) -> SafeString:
    return render_to_string("shop/_card.html", {"card": dict(facts), "is_lazy": is_lazy})


@register.simple_tag
def facet_group(facet: Facet) -> SafeString:
    """One facet of a list, made of nothing but what it says itself."""
    return _rendered_facet(get_language(), facet)


@lru_cache(maxsize=MOST_FACETS_KEPT)
def _rendered_facet(language: str, facet: Facet) -> SafeString:
    return render_to_string("shop/_facet.html", {"facet": facet})
