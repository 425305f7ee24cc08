"""Lists of products: what was asked for, read from an address with patience, and the cards that answer it.

Cards are plain dicts with everything said in words, so that a template of 24 of them does no work.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import IsNull
from django.urls import reverse

from config.money import exponent, format_money, parse_money
from shop.models import HIGHEST_PRICE, Product, Variant
from shop.text import normalise
from shop.tree import Shelf, Tree

PAGE_SIZE = 24
# Beyond this many a list says "more than", instead of counting to the end.
COUNT_UP_TO = 1000
LAST_PAGE = 100_000
MOST_WORDS = 8
LONGEST_SEARCH = 100

SORTS = {"newest": "Newest", "price": "Price, low to high", "-price": "Price, high to low", "name": "Name"}
ORDERS = {
    "newest": ("-created_at", "-pk"),
    "price": ("price", "pk"),
    "-price": ("-price", "-pk"),
    "name": ("name", "pk"),
}
# The columns that a card is made of.
CARD = (
    "name",
    "slug",
    "price",
    "has_price_range",
    "image_url",
    "image_srcset",
    "image_alt",
    "available_pk",
)


class NoSuchPage(Exception):
    """The address names a page or a category that does not exist."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see. `sort` is empty for the usual order: best match if words are given, else newest.

    `low` and `high` are prices in minor units; `q` is the text as typed, `words` what is looked for.
    """

    q: str = ""
    category: str = ""
    sort: str = ""
    in_stock: bool = False
    low: int | None = None
    high: int | None = None
    page: int = 1
    notes: tuple[str, ...] = field(default=(), compare=False)

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(normalise(self.q).split()))[:MOST_WORDS]

    @property
    def is_filtered(self) -> bool:
        """True if price or stock hold goods back."""
        return self.in_stock or self.low is not None or self.high is not None

    @property
    def is_narrowed(self) -> bool:
        """True if something else than a category holds goods back."""
        return self.is_filtered or bool(self.words)

    def address(self, *, with_page: bool = True) -> str:
        """The one address of this list; "" stands for page 1, no filter, usual order."""
        pairs = {
            "q": self.q,
            "sort": self.sort,
            "in_stock": "1" if self.in_stock else "",
            "min": typed(self.low),
            "max": typed(self.high),
            "page": str(self.page) if with_page and self.page > 1 else "",
        }
        path = reverse("shop:category", args=[self.category]) if self.category else reverse("shop:products")
        query = urlencode({name: value for name, value in pairs.items() if value})
        return f"{path}?{query}" if query else path


def typed(amount: int | None) -> str:
    """An amount as a person would type it: 1999 is "19.99", 2000 is "20"."""
    if amount is None:
        return ""
    whole, rest = divmod(amount, 10 ** exponent())
    return f"{whole}.{rest:0{exponent()}}" if rest else str(whole)


def read_wish(given: Mapping[str, str], *, category: str = "") -> Wish:
    """Understand a list's address.

    What makes no sense is left out, and a note says so. Raises NoSuchPage for a page that cannot be: such an address
    is no filter that somebody typed.
    """
    notes: list[str] = []
    sort = given.get("sort", "")
    if sort and sort not in SORTS:
        notes.append("We do not know that order, so this is the usual one.")
        sort = ""
    low, high = _price(given.get("min", ""), notes), _price(given.get("max", ""), notes)
    if low is not None and high is not None and low > high:
        notes.append("The lowest price was above the highest, so we swapped them.")
        low, high = high, low
    return Wish(
        q=_clean(given.get("q", "")),
        category=category or _clean(given.get("category", "")),
        sort=sort,
        in_stock=given.get("in_stock", "").lower() in {"1", "on", "true", "yes"},
        low=low,
        high=high,
        page=_page(given.get("page", "")),
        notes=tuple(dict.fromkeys(notes)),
    )


def _clean(text: str) -> str:
    """Typed text without control characters, at most `LONGEST_SEARCH` long."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text[:400]).split())[
        :LONGEST_SEARCH
    ]


def _price(text: str, notes: list[str]) -> int | None:
    if not text.strip():
        return None
    try:
        amount = parse_money(text[:20])
    except ValidationError:
        notes.append("We could not read that price, so it is left out.")
        return None
    return min(max(amount, 0), HIGHEST_PRICE)


def _page(text: str) -> int:
    if not text:
        return 1
    if not (text.isascii() and text.isdigit() and len(text) < 7 and 1 <= int(text) <= LAST_PAGE):
        raise NoSuchPage
    return int(text)


@dataclass
class Listing:
    """One page of a list. `total` is exact unless `is_more`: then there are more than that."""

    wish: Wish
    cards: list[dict[str, object]]
    total: int
    has_next: bool

    @property
    def is_more(self) -> bool:
        return self.total > COUNT_UP_TO

    @property
    def total_words(self) -> str:
        if self.is_more:
            return f"more than {COUNT_UP_TO:,} products"
        return "1 product" if self.total == 1 else f"{self.total:,} products"

    @property
    def previous_address(self) -> str:
        page = self.wish.page - 1
        return replace(self.wish, page=page).address() if page else ""

    @property
    def next_address(self) -> str:
        return replace(self.wish, page=self.wish.page + 1).address() if self.has_next else ""

    @property
    def last_page(self) -> int:
        """How many pages there are, 0 if nobody counted to the end."""
        return 0 if self.is_more else max(-(-self.total // PAGE_SIZE), 1)

    def pages(self) -> list[tuple[int, str]]:
        """Numbers and addresses around this page; number 0 is a gap."""
        here, last = self.wish.page, self.last_page or self.wish.page + int(self.has_next)
        near = sorted(
            {1, *range(max(here - 2, 1), min(here + 2, last) + 1), *([last] if self.last_page else [])}
        )
        links: list[tuple[int, str]] = []
        for number in near:
            if links and number > links[-1][0] + 1:
                links.append((0, ""))
            links.append((number, replace(self.wish, page=number).address()))
        return links


def list_products(wish: Wish, tree: Tree) -> Listing:
    """Answer a wish with a page of cards: two queries. Raises NoSuchPage beyond the last page."""
    goods = matching(wish, tree)
    start = (wish.page - 1) * PAGE_SIZE
    page = in_order(goods, wish).values("pk")[start : start + PAGE_SIZE + 1]
    rows = list(cards_of(in_order(Product.objects.filter(pk__in=page), wish)))
    if not rows and wish.page > 1:
        raise NoSuchPage
    has_next = len(rows) > PAGE_SIZE
    total = start + len(rows) if not has_next else goods.order_by().values("pk")[: COUNT_UP_TO + 1].count()
    return Listing(wish, in_words(rows[:PAGE_SIZE]), total, has_next)


def shelf_of(wish: Wish, tree: Tree) -> Shelf | None:
    """The category that is asked for, None for all; raises NoSuchPage if it is not shown."""
    if not wish.category:
        return None
    if wish.category not in tree.by_slug:
        raise NoSuchPage
    return tree.by_slug[wish.category]


def shown(tree: Tree, shelf: Shelf | None = None) -> QuerySet[Product]:
    """Products that customers may see, of one shelf and those below it, or of all."""
    goods = Product.objects.filter(is_active=True, variant_count__gt=0)
    if shelf:
        return goods.filter(category_id__in=[each.pk for each in shelf.subtree()])
    return goods.filter(category_id__in=list(tree.by_pk)) if tree.hides_some else goods


def matching(wish: Wish, tree: Tree) -> QuerySet[Product]:
    goods = shown(tree, shelf_of(wish, tree))
    for word in wish.words:
        # `contains` on the normalised copy: PostgreSQL then reads the trigram index, which `icontains` never does.
        goods = goods.filter(search_document__contains=word)
    if wish.low is not None:
        goods = goods.filter(price__gte=wish.low)
    if wish.high is not None:
        goods = goods.filter(price__lte=wish.high)
    if wish.in_stock:
        goods = goods.filter(IsNull(available_variant(), False))
    return goods


def in_order(goods: QuerySet[Product], wish: Wish) -> QuerySet[Product]:
    """Sort as wished. The best match is the one whose words stand first: the document begins with the name."""
    if wish.sort or not wish.words:
        return goods.order_by(*ORDERS[wish.sort or "newest"])
    places = [StrIndex("search_document", Value(word)) for word in wish.words]
    return goods.order_by(sum(places[1:], start=places[0]), "-created_at", "-pk")


@cache
def available_variant() -> Subquery:
    """The key of a variant on sale that can be promised now, null if there is none; built once.

    A scalar subquery and not an EXISTS, which PostgreSQL answers by reading all the stock there is.
    """
    variants = Variant.objects.filter(product=OuterRef("pk"), is_active=True).order_by()
    return Subquery(variants.with_available().filter(available__gt=0).values("pk")[:1])


def cards_of(goods: QuerySet[Product]) -> QuerySet:
    """What cards need, as dicts, in one query."""
    return goods.annotate(available_pk=available_variant()).values(*CARD)


def in_words(rows: Iterable[dict[str, object]]) -> list[dict[str, object]]:
    """Rows as cards say them: with their address and their price as people read it."""
    products = reverse("shop:products")
    return [card(row, products) for row in rows]


def card(row: dict[str, object], products: str) -> dict[str, object]:
    """Put one row into words; its address is below `products`."""
    price = format_money(row["price"])  # type: ignore[arg-type]
    row["is_available"] = row.pop("available_pk") is not None
    row["price_words"] = f"from {price}" if row["has_price_range"] else price
    row["url"] = f"{products}{row['slug']}/"
    return row


def picked(goods: QuerySet[Product], how_many: int) -> list[dict[str, object]]:
    """The newest few of some products, as cards: one query."""
    return in_words(cards_of(goods.order_by(*ORDERS["newest"]))[:how_many])
