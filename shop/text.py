"""Words: Markdown made safe for pages, text made comparable for the search."""

import unicodedata
from functools import lru_cache

import nh3
from babel import Locale
from django.conf import settings
from django.utils.translation import get_language, to_locale
from markdown_it import MarkdownIt

# Everything that our Markdown can produce; links lead out without a trace of where they came from.
TAGS = {"p", "br", "hr", "h3", "h4", "strong", "em", "s", "a", "ul", "ol", "li", "blockquote", "code", "pre"}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}
_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
_markdown.disable("image")


def render_markdown(text: str) -> str:
    """Turn Markdown into safe HTML: no HTML of its own passes, headings start below the page's own."""
    html = _markdown.render(text)
    for level in (6, 5, 4, 3, 2, 1):
        target = "h3" if level < 3 else "h4"
        html = html.replace(f"<h{level}>", f"<{target}>").replace(f"</h{level}>", f"</{target}>")
    return nh3.clean(
        html, tags=TAGS, attributes={"a": {"href", "title"}}, url_schemes={"http", "https", "mailto"}
    )


def normalise(text: str) -> str:
    """Make text comparable: no accents, one case, single spaces, no control characters.

    >>> normalise("  Café-Tasse\\tGROß ")
    'cafe-tasse gross'
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = (
        " " if unicodedata.category(sign)[0] == "C" else sign
        for sign in plain
        if not unicodedata.combining(sign)
    )
    return " ".join("".join(kept).split())


def country_name(code: str) -> str:
    """Say an ISO 3166 code in words: "DE" is "Germany", in German "Deutschland"; an unknown code stays as it is."""
    return _country_name(code, to_locale(get_language() or settings.LANGUAGE_CODE))


@lru_cache(maxsize=1000)
def _country_name(code: str, locale: str) -> str:
    return Locale.parse(locale).territories.get(code.upper(), code)
