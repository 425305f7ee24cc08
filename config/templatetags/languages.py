"""The same page in the shop's other languages."""

from django import template
from django.template import Context

from config import languages

register = template.Library()


@register.simple_tag(takes_context=True)
def this_page_in_languages(context: Context) -> list[languages.Link]:
    """The page that is shown, in every language; of a shared page its own address, whatever was asked for.

    None on a page that answers a POST: its address may have no page of its own, and what was typed would be lost.
    """
    part, request = context.get("part"), context.get("request")
    if part is not None:
        return languages.links(part.canonical)
    if request is None or request.method not in {"GET", "HEAD"}:
        return []
    return languages.links(request.get_full_path())
