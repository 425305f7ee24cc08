"""Lists of products: the goods that fit a wish, in their order, and the cards that say them.

Cards are plain dicts with everything said in words, so that a template of 24 of them does no work.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache
from typing import TypeVar

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.lookups import IsNull
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.money import format_money
from shop import flash
from shop.facets import Facet, Value, facets_of
from shop.finding import Attempt, attempts, shelves_of
from shop.models import Product, ProductQuerySet, Variant
from shop.ratings import Rating
from shop.remembered import remembered
from shop.search import ranking
from shop.tree import Shelf, Tree
from shop.wish import NoSuchPage, Wish

Q = TypeVar("Q", bound=QuerySet)
PAGE_SIZE = 24
# Beyond this many a list says "more than", instead of counting to the end.
COUNT_UP_TO = 1000
ORDERS = {
    "newest": ("-created_at", "-pk"),
    "price": ("price", "pk"),
    "-price": ("-price", "-pk"),
    "name": ("name", "pk"),
}
MOST_LIKED = ("-is_featured", "-rating_count", "-created_at", "-pk")
POPULAR, POPULAR_AMONG = 4, 200
# The columns that a card is made of.
CARD = (
    "name",
    "slug",
    "price",
    "compare_at_price",
    "has_price_range",
    "image_url",
    "image_srcset",
    "image_alt",
    "rating_count",
    "rating_sum",
    "available_pk",
)


@dataclass
class Listing:
    """One page of a list. `total` is exact unless `is_more`: then there are more than that.

    `facets` offer what narrows the list; `chosen` says what does so already, each with the address of a list without.
    `notes` say how a search was understood if not as typed (`wish` is then what was understood), `shelves` are
    categories that fit its words, `popular` goods to show instead where nothing is found.
    """

    wish: Wish
    cards: list[dict[str, object]]
    total: int
    has_next: bool
    facets: list[Facet]
    chosen: list[Value]
    notes: list[str] = field(default_factory=list)
    shelves: list[Shelf] = field(default_factory=list)
    popular: list[dict[str, object]] = field(default_factory=list)

    @property
    def is_more(self) -> bool:
        return self.total > COUNT_UP_TO

    @cached_property
    def total_words(self) -> str:
        if self.is_more:
            return _("more than %(count)s products") % {"count": intcomma(COUNT_UP_TO)}
        words = ngettext("%(count)s product", "%(count)s products", self.total)
        return words % {"count": intcomma(self.total)}

    @cached_property
    def previous_address(self) -> str:
        page = self.wish.page - 1
        return replace(self.wish, page=page).address() if page else ""

    @cached_property
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
    """Answer a wish with a page of cards: two queries, one if its facets are known. Raises NoSuchPage at its end.

    A search that finds nothing is understood in other ways (`shop.finding`), one after the other.
    """
    shelf = shelf_of(wish, tree)
    for attempt in attempts(wish):
        found = _found(attempt, tree)
        rows = _rows(attempt, tree, found)
        if rows:
            return _listing(attempt, rows, tree, found)
        if wish.page > 1 and not (wish.words and _is_empty(attempt, tree)):
            raise NoSuchPage
    if wish.page > 1:
        raise NoSuchPage
    return _nothing(wish, tree, shelf)


def _nothing(wish: Wish, tree: Tree, shelf: Shelf | None) -> Listing:
    """An empty list that leads on: out of its filters, or to what others like."""
    if wish.is_filtered:
        facets = facets_of(wish, lambda: searched(Attempt(wish), tree))
        return Listing(wish, [], 0, False, facets.facets, facets.chosen)
    liked = picked(popular(shown(tree, shelf)), POPULAR, by=MOST_LIKED) if wish.words else []
    return Listing(wish, [], 0, False, [], [], popular=liked)


def _found(attempt: Attempt, tree: Tree) -> list[int] | None:
    """All that a search without filters finds, the best first; None for any other list.

    It is searched once for all its pages and for the numbers beside its filters; `MOST_RANKED` bounds it.
    """
    wish = attempt.wish
    if not wish.words or wish.sort or wish.is_filtered:
        return None
    key = ("found", attempt.how, wish.category, *wish.words)
    return remembered(key, lambda: list(in_order(searched(attempt, tree), wish).values_list("pk", flat=True)))


def _rows(attempt: Attempt, tree: Tree, found: list[int] | None) -> list[dict[str, object]]:
    wish = attempt.wish
    start = (wish.page - 1) * PAGE_SIZE
    end = start + PAGE_SIZE + 1
    if found is not None:
        return _in_found_order(found[start:end], tree)
    page = in_order(matching(attempt, tree), wish).values("pk")[start:end]
    if wish.words and not wish.sort:
        return _in_found_order(list(page.values_list("pk", flat=True)), tree)
    return list(cards_of(in_order(Product.objects.filter(pk__in=page), wish)))


def _in_found_order(pks: list[int], tree: Tree) -> list[dict[str, object]]:
    """The cards of these products in this order: a second statement is cheaper than ranking them twice.

    What is not shown any more, although it was found a while ago, is left out.
    """
    if not pks:
        return []
    rows = {row.pop("pk"): row for row in _only_shown(_shown_cards(), tree).filter(pk__in=pks)}
    return [rows[pk] for pk in pks if pk in rows]


@cache
def _shown_cards() -> QuerySet:
    """Cards with their keys, to be filtered: what makes a query of them dear is built once."""
    return cards_of(_visible(), "pk").order_by()


def _is_empty(attempt: Attempt, tree: Tree) -> bool:
    return not matching(attempt, tree).exists()


def _listing(attempt: Attempt, rows: list[dict[str, object]], tree: Tree, found: list[int] | None) -> Listing:
    wish, has_next = attempt.wish, len(rows) > PAGE_SIZE

    def goods() -> QuerySet[Product]:
        return searched(attempt, tree) if found is None else Product.objects.filter(pk__in=found)

    facets = facets_of(wish, goods, how=attempt.how)
    # What is seen on this page counts, whatever the facets remember.
    total = seen = (wish.page - 1) * PAGE_SIZE + len(rows)
    if has_next:
        counted = _count(attempt, tree) if facets.is_partial and wish.is_filtered else facets.total
        total = min(max(counted, seen), COUNT_UP_TO + 1)
    shelves = shelves_of(wish.words, tree) if wish.words and not wish.category else []
    return Listing(
        wish=wish,
        cards=in_words(rows[:PAGE_SIZE]),
        total=total,
        has_next=has_next,
        facets=facets.facets,
        chosen=facets.chosen,
        notes=[attempt.note] if attempt.note else [],
        shelves=shelves,
    )


def _count(attempt: Attempt, tree: Tree) -> int:
    return matching(attempt, tree).order_by().values("pk")[: COUNT_UP_TO + 1].count()


def popular(goods: ProductQuerySet) -> QuerySet[Product]:
    """What is new among some goods and can be had now, to be shown where nothing else is."""
    newest = goods.order_by(*ORDERS["newest"]).exclude(sizes_there="").values("pk")[:POPULAR_AMONG]
    return Product.objects.filter(pk__in=newest)


def shelf_of(wish: Wish, tree: Tree) -> Shelf | None:
    """The category that is asked for, None for all; raises NoSuchPage if it is not shown."""
    if not wish.category:
        return None
    if wish.category not in tree.by_slug:
        raise NoSuchPage
    return tree.by_slug[wish.category]


def shown(tree: Tree, shelf: Shelf | None = None) -> ProductQuerySet:
    """Products that customers may see, of one shelf and those below it, or of all."""
    if shelf:
        return _visible().filter(category_id__in=[each.pk for each in shelf.subtree()])
    return _only_shown(_visible(), tree)


def _visible() -> ProductQuerySet:
    goods: ProductQuerySet = Product.objects.filter(is_active=True, variant_count__gt=0)
    return goods


def _only_shown(goods: Q, tree: Tree) -> Q:
    return goods.filter(category_id__in=list(tree.by_pk)) if tree.hides_some else goods


def searched(attempt: Attempt, tree: Tree) -> QuerySet[Product]:
    """The goods of a category that fit the words, whatever else is wished."""
    goods = shown(tree, shelf_of(attempt.wish, tree))
    return _with_words(goods, attempt)


def matching(attempt: Attempt, tree: Tree) -> QuerySet[Product]:
    wish = attempt.wish
    goods = shown(tree, shelf_of(wish, tree))
    if wish.low is not None:
        goods = goods.filter(price__gte=wish.low)
    if wish.high is not None:
        goods = goods.filter(price__lte=wish.high)
    if wish.in_stock:
        goods = goods.filter(IsNull(available_variant(wish.sizes), False))
    elif wish.sizes:
        goods = goods.filter(
            pk__in=Variant.objects.filter(is_active=True, label__in=wish.sizes).values("product")
        )
    if wish.on_sale:
        goods = goods.filter(compare_at_price__isnull=False)
    return _with_words(goods, attempt)


def _with_words(goods: ProductQuerySet, attempt: Attempt) -> ProductQuerySet:
    words = attempt.wish.words
    return goods.search(words, **attempt.options) if words else goods


def in_order(goods: QuerySet[Product], wish: Wish) -> QuerySet[Product]:
    """Sort as wished; the usual order is the best match if there are words, else the newest first."""
    if wish.sort or not wish.words:
        return goods.order_by(*ORDERS[wish.sort or "newest"])
    return goods.order_by(*ranking(wish.words))


@lru_cache(maxsize=64)
def available_variant(sizes: tuple[str, ...] = ()) -> Subquery:
    """The key of a variant on sale, of one of these sizes if any, that can be promised now; null if there is none.

    A scalar subquery and not an EXISTS, which PostgreSQL answers by reading all the stock there is.
    """
    variants = Variant.objects.filter(product=OuterRef("pk"), is_active=True).order_by()
    if sizes:
        variants = variants.filter(label__in=sizes)
    return Subquery(variants.with_available().filter(available__gt=0).values("pk")[:1])


def cards_of(goods: QuerySet[Product], *more: str) -> QuerySet:
    """What cards need, and `more` if asked for, as dicts, in one query."""
    return goods.annotate(available_pk=available_variant()).values(*CARD, *more)


def in_words(rows: Iterable[dict[str, object]]) -> list[dict[str, object]]:
    """Rows as cards say them: with their address and their price as people read it."""
    products, deals = reverse("shop:products"), flash.running_by_slug()
    return [card(row, products, deals.get(str(row["slug"]))) for row in rows]


def card(row: dict[str, object], products: str, deal: flash.Offer | None = None) -> dict[str, object]:
    """Put one row into words; its address is below `products`. A flash sale that is cheaper is its price."""
    if deal and deal.price < row["price"]:  # type: ignore[operator]
        row |= {"price": deal.price, "compare_at_price": deal.was, "has_price_range": deal.has_others}
    price = format_money(row["price"])  # type: ignore[arg-type]
    row["is_available"] = row.pop("available_pk") is not None
    row["price_words"] = _("from %(price)s") % {"price": price} if row["has_price_range"] else price
    row |= reduction(row["price"], row["compare_at_price"])  # type: ignore[arg-type]
    row["url"] = f"{products}{row['slug']}/"
    if row["rating_count"]:
        row["rating"] = Rating(row["rating_count"], row["rating_sum"])  # type: ignore[arg-type]
    return row


def reduction(price: int, before: int | None) -> dict[str, str]:
    """Say what a thing cost before and how much less that is, rounded down; nothing if it is not reduced."""
    if before is None:
        return {"was_words": "", "saving_words": ""}
    percent = (before - price) * 100 // before
    return {
        "was_words": format_money(before),
        "saving_words": _("%(percent)d%% off") % {"percent": percent} if percent else _("Sale"),
    }


def picked(
    goods: QuerySet[Product], how_many: int, *, by: Sequence[str] = ORDERS["newest"]
) -> list[dict[str, object]]:
    """The first few of some products, the newest unless `by` says otherwise, as cards: one query."""
    return in_words(cards_of(goods.order_by(*by))[:how_many])
