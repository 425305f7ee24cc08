"""Links to the shop's pages of words."""

from django import template

from shop.content import reading

register = template.Library()


@register.simple_tag
def content_links() -> list[reading.FooterLink]:
    """The published pages for the footer, from a cache; no query on a warm page."""
    return reading.footer_links()
