"""Stars, with what they say in words."""

from django import template

from shop.ratings import Rating

register = template.Library()


@register.inclusion_tag("shop/_stars.html")
def stars(rating: Rating) -> dict[str, object]:
    return {"halves": rating.halves, "words": rating.words}
