"""What customers say of a product, as its page tells it: stars, how they are spread, and the newest words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet, Window
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.models import Product, Review
from shop.models.reviews import BEST_RATING
from shop.ratings import Rating
from shop.wish import LAST_PAGE, NoSuchPage

PAGE_SIZE = 6


@dataclass(frozen=True)
class Bar:
    """How many gave so many stars; `percent` of all, for its length."""

    stars: int
    count: int
    percent: int

    @property
    def words(self) -> str:
        return ngettext("%(stars)d star", "%(stars)d stars", self.stars) % {"stars": self.stars}


@dataclass(frozen=True)
class Opinion:
    """One review as others see it."""

    rating: int
    title: str
    text: str
    byline: str
    written_at: datetime

    @property
    def stars(self) -> Rating:
        return Rating(1, self.rating)

    @property
    def author(self) -> str:
        return self.byline or _("A customer")


@dataclass(frozen=True)
class Opinions:
    """One page of what is said of a product, and on the first page how the stars are spread."""

    product: Product
    opinions: list[Opinion]
    bars: list[Bar]
    page: int
    has_next: bool

    @property
    def rating(self) -> Rating:
        return rating_of(self.product)

    @property
    def more_address(self) -> str:
        return page_address(self.product, self.page + 1) if self.has_next else ""

    @property
    def back_address(self) -> str:
        return page_address(self.product, self.page - 1) if self.page > 1 else ""


def rating_of(product: Product) -> Rating:
    return Rating(product.rating_count, product.rating_sum)


def page_address(product: Product, page: int) -> str:
    address = reverse("shop:reviews", args=[product.slug])
    return f"{address}?page={page}" if page > 1 else address


def opinions_of(product: Product, page: int = 1) -> Opinions:
    """One page, newest first: one query, none if nobody has said anything. Raises NoSuchPage beyond the last."""
    if not product.rating_count and page == 1:
        return Opinions(product, [], _bars({}), page, has_next=False)
    start = (page - 1) * PAGE_SIZE
    rows = list(_newest(product)[start : start + PAGE_SIZE + 1])
    if not rows and page > 1:
        raise NoSuchPage
    told = [_opinion(row) for row in rows if row["text"]]
    counts = {stars: rows[0][f"with_{stars}"] for stars in _stars()} if rows else {}
    return Opinions(product, told[:PAGE_SIZE], _bars(counts), page, has_next=len(told) > PAGE_SIZE)


def _newest(product: Product) -> QuerySet:
    """Rows with words first, newest on top; each carries the counts of all, so that one query tells everything."""
    spread = {f"with_{stars}": Window(Count("pk", filter=Q(rating=stars))) for stars in _stars()}
    fields = ("rating", "title", "text", "byline", "written_at")
    shown = Review.objects.approved().filter(product=product).annotate(is_bare=Q(text=""), **spread)
    return shown.order_by("is_bare", "-written_at", "-pk").values(*fields, *spread)


def _stars() -> Iterable[int]:
    return range(BEST_RATING, 0, -1)


def _bars(counts: dict[int, int]) -> list[Bar]:
    total = sum(counts.values())
    return [
        Bar(stars, counts[stars], round(100 * counts[stars] / total)) for stars in _stars() if stars in counts
    ]


def _opinion(row: dict) -> Opinion:
    return Opinion(row["rating"], row["title"], row["text"], row["byline"], row["written_at"])


def read_page(text: str) -> int:
    """A page number from an address, 1 if there is none; raises NoSuchPage for what is none."""
    if not text:
        return 1
    if not (text.isascii() and text.isdecimal() and len(text) < 7 and 1 <= int(text) <= LAST_PAGE):
        raise NoSuchPage
    return int(text)
