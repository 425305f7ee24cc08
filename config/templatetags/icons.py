"""Icons of heroicons by the package's own tag, each drawn once in a process instead of once on every page."""

from functools import lru_cache

from django import template
from heroicons.templatetags import heroicons

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=500)
def heroicon_outline(name: str, *, size: int | None = 24, **attrs: object) -> str:
    return heroicons.heroicon_outline(name, size=size, **attrs)
