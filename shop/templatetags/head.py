"""What the head of a page needs beside its words."""

from django import template
from django.templatetags.static import static

from shop.found import addresses, sign

register = template.Library()


@register.filter
def absolute(address: str) -> str:
    """The address with scheme and host, as shared links need it."""
    return addresses.absolute(address)


@register.simple_tag
def translations(address: str) -> list[tuple[str, str]]:
    """This page in every language that has an address of its own."""
    return addresses.translations(address)


@register.simple_tag
def usual_picture() -> dict[str, object]:
    """What is shared when a page has no picture: the shop's sign."""
    width, height = sign.SHARE_SIZE
    return {"url": addresses.absolute(static(sign.SHARE)), "width": width, "height": height}
