"""What machines are asked to leave alone."""

from collections.abc import Iterator

from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

from shop.found.addresses import absolute, languages

# Pages of one visitor each, or without end. A name that no room serves is passed over.
PRIVATE = (
    "orders:cart",
    "payments:checkout",
    "orders:history",
    "accounts:login",
    "accounts:register",
    "accounts:profile",
    "accounts:password_reset",
    "admin:index",
)
# Parameters of lists that somebody narrowed or sorted; page by page they may be read.
NARROWING = ("q", "sort", "in_stock", "min", "max")


def lines() -> Iterator[str]:
    """The text of robots.txt, line by line (https://www.rfc-editor.org/rfc/rfc9309)."""
    yield "User-agent: *"
    for path in dict.fromkeys(_private()):
        yield f"Disallow: {path}"
    for name in NARROWING:
        yield f"Disallow: /*?{name}="
        yield f"Disallow: /*&{name}="
    yield f"Allow: {reverse('found:products_feed')}"
    yield ""
    yield f"Sitemap: {absolute(reverse('found:sitemap'))}"


def _private() -> Iterator[str]:
    for language in languages():
        with override(language):
            for name in PRIVATE:
                try:
                    yield reverse(name)
                except NoReverseMatch:
                    continue
