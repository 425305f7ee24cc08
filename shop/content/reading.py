"""Pages of words as visitors meet them: in their language if there is one, named in the footer if published."""

from dataclasses import dataclass

from django.conf import settings
from django.core.cache import caches
from django.utils.translation import get_language

from shop.models import ContentPage

KEY = "shop:footer"
# Seconds. Other processes see a change after that; the one that made it does at once.
KEEP = 60


@dataclass(frozen=True)
class FooterLink:
    """A published page as the footer names it."""

    title: str
    url: str


def find_page(slug: str) -> ContentPage | None:
    """The published page in the language of the address, else in the shop's own, else in any; one query."""
    found = ContentPage.objects.filter(slug=slug, is_published=True)
    return min(found, key=_distance, default=None)


def footer_links() -> list[FooterLink]:
    """The published pages in their order; from a cache, else one query."""
    language = get_language() or settings.LANGUAGE_CODE
    links = caches["pages"].get(f"{KEY}:{language}")
    if links is None:
        links = _read_links()
        caches["pages"].set(f"{KEY}:{language}", links, KEEP)
    return links


def forget() -> None:
    """Let the footer be read anew."""
    caches["pages"].delete_many([f"{KEY}:{code}" for code, _ in settings.LANGUAGES])


def _read_links() -> list[FooterLink]:
    nearest: dict[str, ContentPage] = {}
    pages = ContentPage.objects.filter(is_published=True).only("slug", "language", "title", "position")
    for page in sorted(pages, key=_distance, reverse=True):
        nearest[page.slug] = page
    chosen = sorted(nearest.values(), key=lambda page: (page.position, page.slug))
    return [FooterLink(page.title, page.get_absolute_url()) for page in chosen]


def _distance(page: ContentPage) -> tuple[int, str]:
    """How far a page's language is from the visitor's."""
    wanted = [get_language(), settings.LANGUAGE_CODE]
    return (wanted.index(page.language) if page.language in wanted else len(wanted), page.language)
