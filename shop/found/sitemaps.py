"""The sitemap: an index, and per section pages of what customers may see, with the day each was changed.

Products are paged by their number in the database, 10,000 numbers a page: a page never moves what it lists, and reading
one means no counting and no skipping. (https://www.sitemaps.org/protocol.html: at most 50,000 addresses and 50 MB.)
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from django.db.models import F, Max
from django.urls import reverse
from django.utils.translation import override

from shop import listing
from shop.found.addresses import absolute, languages
from shop.models import Category, ContentPage, Product
from shop.tree import category_tree

PER_PAGE = 10_000
_NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
# Path, when it was changed, picture.
Entry = tuple[str, datetime | None, str]


class NoSuchPage(Exception):
    """The sitemap has no such page."""


def index() -> Iterator[str]:
    """The list of all pages of the sitemap: three statements."""
    yield f'{_HEAD}<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    buckets = list(_buckets())
    newest = max((changed for _, changed in buckets), default=None)
    pages = [("shop", 0, newest), ("categories", 0, newest)]
    if written := _content().aggregate(last=Max("updated_at"))["last"]:
        pages.append(("pages", 0, written))
    for name, number, changed in [*pages, *(("products", *bucket) for bucket in buckets)]:
        address = absolute(reverse("found:sitemap_page", args=[f"{name}-{number}"]))
        yield f"<sitemap><loc>{address}</loc>{_changed(changed)}</sitemap>\n"
    yield "</sitemapindex>\n"


def page(section: str, number: int) -> Iterator[str]:
    """One page of the sitemap; raises NoSuchPage, before anything is given out."""
    if section not in SECTIONS or (number and section != "products"):
        raise NoSuchPage
    return _urls(SECTIONS[section](number))


def _urls(entries: Iterable[Entry]) -> Iterator[str]:
    yield f"{_HEAD}<urlset {_NAMESPACES}>\n"
    for path, changed, picture in entries:
        image = f"<image:image><image:loc>{escape(absolute(picture))}</image:loc></image:image>"
        yield f"<url><loc>{absolute(path)}</loc>{_changed(changed)}{image if picture else ''}</url>\n"
    yield "</urlset>\n"


def _changed(at: datetime | None) -> str:
    return f"<lastmod>{at:%Y-%m-%dT%H:%M:%SZ}</lastmod>" if at else ""


def _buckets() -> Iterator[tuple[int, datetime]]:
    """The numbers of the pages of products, each with its newest change."""
    bucket = F("pk") / PER_PAGE
    rows = listing.shown(category_tree()).order_by().annotate(bucket=bucket).values("bucket")
    yield from rows.annotate(last=Max("updated_at")).order_by("bucket").values_list("bucket", "last")


def _shop(_number: int) -> Iterator[Entry]:
    """The front page, the list of everything, flash sales and the contact form."""
    newest = Product.objects.filter(is_active=True).aggregate(last=Max("updated_at"))["last"]
    for language in languages():
        with override(language):
            yield reverse("shop:home"), newest, ""
            yield reverse("shop:products"), newest, ""
            yield reverse("shop:flash"), None, ""
            yield reverse("shop:contact"), None, ""


def _categories(_number: int) -> Iterator[Entry]:
    """Every shelf that is shown; it was changed when itself or a product that stands on it was."""
    tree = category_tree()
    shown = Category.objects.filter(pk__in=list(tree.by_pk)).order_by("pk")
    dated = shown.annotate(last=Max("products__updated_at"))
    rows: list[Any] = list(dated.values_list("slug", "updated_at", "last"))
    for address in _in_each_language("shop:category"):
        for slug, changed, last in rows:
            yield address(slug), max(changed, last or changed), ""


def _pages(_number: int) -> Iterator[Entry]:
    """Published pages of words, each in the languages that it is written in."""
    for slug, language, changed in _content().values_list("slug", "language", "updated_at"):
        with override(language):
            yield reverse("shop:page", args=[slug]), changed, ""


def _content():
    return ContentPage.objects.filter(is_published=True, language__in=languages())


def _products(number: int) -> Iterator[Entry]:
    shown = listing.shown(category_tree()).order_by("pk")
    here = shown.filter(pk__gte=number * PER_PAGE, pk__lt=(number + 1) * PER_PAGE)
    rows: list[Entry] = list(here.values_list("slug", "updated_at", "image_url"))
    if not rows:
        raise NoSuchPage
    return _product_entries(rows)


def _product_entries(rows: list[Entry]) -> Iterator[Entry]:
    for address in _in_each_language("shop:product"):
        for slug, changed, picture in rows:
            yield address(slug), changed, picture


def _in_each_language(view: str) -> Iterator[Callable[[str], str]]:
    """Per language what makes an address of a slug; asked of the routes once, not ten thousand times."""
    for language in languages():
        with override(language):
            before, _, after = reverse(view, args=["slug-goes-here"]).rpartition("slug-goes-here")
        yield lambda slug, before=before, after=after: f"{before}{slug}{after}"


SECTIONS: dict[str, Callable[[int], Iterator[Entry]]] = {
    "shop": _shop,
    "categories": _categories,
    "pages": _pages,
    "products": _products,
}
