"""What a page shows, said once more for machines in the words of schema.org, as JSON-LD.

It stands in the page as a data block, which browsers do not run. Only what the page itself shows is said.
"""

import json
from collections.abc import Sequence
from decimal import Decimal
from html import unescape
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from config.money import exponent
from shop.found import sign
from shop.found.addresses import absolute
from shop.models.reviews import BEST_RATING

if TYPE_CHECKING:
    from shop.choices import Choice
    from shop.showcase import Display
    from shop.tree import Shelf

SCHEMA = "https://schema.org"
# What a text in a script element must not hold: the beginnings of tags and entities, and line ends of old JavaScript.
ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
AVAILABILITY = {"in": "InStock", "low": "InStock", "later": "BackOrder", "out": "OutOfStock"}


def script(*things: dict[str, Any] | None) -> SafeString:
    """Data blocks for a page's head; whatever the texts hold, none of them ends its block."""
    blocks = (
        json.dumps({"@context": SCHEMA, **thing}, ensure_ascii=False).translate(ESCAPES)
        for thing in things
        if thing
    )
    return mark_safe("\n".join(f'<script type="application/ld+json">{block}</script>' for block in blocks))  # noqa: S308 (ESCAPES)


def shop() -> tuple[dict[str, Any], dict[str, Any]]:
    """The shop and its website with the search, for the front page."""
    home, search = absolute(reverse("shop:home")), absolute(reverse("shop:products"))
    organisation = {
        "@type": "Organization",
        "@id": f"{absolute('/')}#shop",
        "name": settings.SHOP_NAME,
        "url": home,
        "logo": absolute(static(sign.LOGO)),
    }
    site = {
        "@type": "WebSite",
        "name": settings.SHOP_NAME,
        "url": home,
        "publisher": {"@id": organisation["@id"]},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": f"{search}?q={{search_term_string}}"},
            "query-input": "required name=search_term_string",
        },
    }
    return organisation, site


def breadcrumbs(path: Sequence["Shelf"], last: tuple[str, str] | None = None) -> dict[str, Any]:
    """The way down to a product or a shelf: everything, the shelves, and `last`, a name and an address."""
    shelves = [(shelf.name, shelf.url) for shelf in path]
    return trail([(_("Everything"), reverse("shop:products")), *shelves, *([last] if last else [])])


def trail(steps: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """A way in names and addresses."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": absolute(address)}
            for place, (name, address) in enumerate(steps, start=1)
        ],
    }


def product(shown: "Display") -> dict[str, Any] | None:
    """A product with what is offered of it; None if nothing is, as such an entry would be refused."""
    thing = shown.product
    if not shown.choices:
        return None
    address = absolute(thing.get_absolute_url())
    said: dict[str, Any] = {
        "@type": "Product",
        "name": thing.name,
        "url": address,
        "description": thing.summary or plain(thing.description_html),
        "image": [absolute(image.file.url) for image in shown.images],
        "sku": shown.choices[0].sku if len(shown.choices) == 1 else "",
        "offers": [_offer(choice, address) for choice in shown.choices],
        "aggregateRating": _rating(thing.rating_count, thing.rating_sum),
    }
    return _without_empty(said)


def _offer(choice: "Choice", address: str) -> dict[str, Any]:
    return _without_empty(
        {
            "@type": "Offer",
            "name": choice.label,
            "sku": choice.sku,
            "gtin": choice.barcode if is_gtin(choice.barcode) else "",
            "url": address,
            "price": amount(choice.price),
            "priceCurrency": settings.CURRENCY.upper(),
            "priceValidUntil": choice.price_until.isoformat() if choice.price_until else "",
            "availability": f"{SCHEMA}/{AVAILABILITY[choice.state]}",
            "itemCondition": f"{SCHEMA}/NewCondition",
        }
    )


def _rating(count: int, total: int) -> dict[str, Any]:
    if count <= 0:
        return {}
    return {
        "@type": "AggregateRating",
        "ratingValue": f"{total / count:.2f}",
        "ratingCount": count,
        "bestRating": BEST_RATING,
        "worstRating": 1,
    }


def _without_empty(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value not in ("", [], {}, None)}


def amount(minor: int) -> str:
    """Minor units as machines read them: 1999 is "19.99", 2000 is "20.00"."""
    return f"{Decimal(minor).scaleb(-exponent()):f}"


def plain(html: str) -> str:
    """The text of safe HTML in one line."""
    return " ".join(unescape(strip_tags(html)).split())


def is_gtin(code: str) -> bool:
    """Whether a barcode is a Global Trade Item Number: 8, 12, 13 or 14 digits, the last of which checks the others.

    Counted from the right, every second digit weighs three
    (https://www.gs1.org/services/how-calculate-check-digit-manually).
    Numbers for use within one company name nothing elsewhere, so they are none.
    """
    if len(code) not in {8, 12, 13, 14} or not (code.isascii() and code.isdigit()) or _is_inhouse(code):
        return False
    return sum(_weighed(int(digit), place) for place, digit in enumerate(reversed(code))) % 10 == 0


def _is_inhouse(code: str) -> bool:
    """Restricted numbers of GS1: 13 digits that begin with 02, 04 or 2, and 8 digits that begin with 0 or 2."""
    if len(code) == 8:
        return code[0] in "02"
    whole = code.zfill(14)[1:]
    return whole[0] == "2" or whole[:2] in {"02", "04"} or not int(code)


def _weighed(digit: int, place: int) -> int:
    return digit * 3 if place % 2 else digit
