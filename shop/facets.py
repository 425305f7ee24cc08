"""What narrows a list: sizes, prices, stock and offers, each with how many products it would leave.

One query groups all goods of a category or a search by everything that can be chosen; that is kept for a while, and
whatever is chosen is counted from it. A size, a price and so on are counted among the goods that fit all the other
choices, so that no count beside a choice is a promise that the next page breaks.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from babel import Locale
from django.conf import settings
from django.db import models
from django.db.models import Case, Count, F, QuerySet, When
from django.db.models.expressions import Combinable
from django.db.models.lookups import IsNull
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from config.money import exponent
from shop import sizes
from shop.models import Product
from shop.models.searching import MOST_RANKED
from shop.remembered import remembered
from shop.wish import Wish

MOST_VALUES = 14
MOST_BANDS = 5
# Where a band of prices may begin, in units of 2 decimals, so that yen begin at 500.
STEPS = (
    *(5, 10, 15, 20, 25, 30, 40, 50, 60, 75, 100, 125, 150, 200, 250, 300, 400, 500, 750),
    *(1000, 1500, 2000, 3000, 5000, 7500, 10_000, 20_000, 50_000),
)


@dataclass(frozen=True)
class Value:
    """Something to choose, or to give up if it is chosen; `url` leads to the list after that.

    `count` is how many products that list has, None if nobody counted to the end.
    """

    words: str
    count: int | None
    url: str
    is_chosen: bool
    name: str = ""
    value: str = ""


@dataclass(frozen=True)
class Facet:
    """One question to the list. `key` is size, price, stock or offer; of sizes several can be chosen."""

    key: str
    title: str
    values: tuple[Value, ...]

    @property
    def is_chosen(self) -> bool:
        return any(value.is_chosen for value in self.values)


@dataclass(frozen=True)
class Facets:
    """All of a list; `total` counts its goods, `chosen` holds a way out of every choice.

    It is partial if a search finds more than it ranks: then nothing is said about how many there are.
    """

    total: int
    facets: list[Facet]
    chosen: list[Value]
    is_partial: bool


@dataclass(frozen=True)
class Cell:
    """How many goods have the same sizes, those in stock, the same step of price, and are reduced or not."""

    sizes: tuple[str, ...]
    there: tuple[str, ...]
    step: int
    is_reduced: bool
    count: int


@dataclass(frozen=True)
class Band:
    """Prices from `low` up to but without `end`, None for no end."""

    low: int
    end: int | None


def facets_of(wish: Wish, goods: Callable[[], QuerySet[Product]], *, how: str = "") -> Facets:
    """What narrows this list; `goods` gives those of its category and words, asked only if nobody did a moment ago."""

    def cells() -> list[Cell]:
        key = ("cells", how, wish.category, *wish.words, wish.low, wish.high)
        return remembered(key, lambda: read_cells(goods(), wish))

    address = replace(wish, page=1).address()
    return remembered(("facets", how, get_language(), address), lambda: build(wish, cells()))


def steps(wish: Wish | None = None) -> list[int]:
    """Where steps of prices begin, in minor units, those that a wish asks for among them."""
    unit = 10 ** max(exponent(), 2)
    edges = {0, *(step * unit for step in STEPS)}
    if wish:
        edges |= {wish.low or 0, 0 if wish.high is None else wish.high + 1}
    return sorted(edges)


def read_cells(goods: QuerySet[Product], wish: Wish) -> list[Cell]:
    """Group goods by all that can be chosen: one query, and as many rows as there are combinations."""
    rows = (
        goods.order_by()
        .annotate(step=_step(wish), is_reduced=IsNull(F("compare_at_price"), False))
        .values_list("sizes", "sizes_there", "step", "is_reduced")
        .annotate(count=Count("pk"))
    )
    return [Cell(sizes.split(all_), sizes.split(there), *rest) for all_, there, *rest in rows]


def _step(wish: Wish) -> Combinable:
    """The step that a price is on: a multiple of the first step, unless a wish has an odd price.

    All round steps are such multiples, and to divide is far quicker than to compare with each of them.
    """
    edges, first = steps(wish), steps()[1]
    if all(edge % first == 0 for edge in edges):
        return F("price") / first * first
    return Case(
        *(When(price__lt=end, then=models.Value(low)) for low, end in pairwise(edges)),
        default=models.Value(edges[-1]),
        output_field=models.BigIntegerField(),
    )


def build(wish: Wish, cells: Sequence[Cell]) -> Facets:
    """Count what each choice would leave, and say it in words."""
    facets = [_sizes(wish, cells), _prices(wish, cells), _stock(wish, cells), _offers(wish, cells)]
    is_partial = bool(wish.words) and _count(cells) >= MOST_RANKED
    if is_partial:
        facets = [
            replace(each, values=tuple(replace(value, count=None) for value in each.values))
            for each in facets
        ]
    return Facets(
        total=_count(fitting(cells, wish)),
        facets=[facet for facet in facets if facet.values],
        chosen=_chosen(wish),
        is_partial=is_partial,
    )


def fitting(cells: Iterable[Cell], wish: Wish) -> list[Cell]:
    """The cells that fit every choice of a wish."""
    return [cell for cell in cells if _fits(cell, wish)]


def _fits(cell: Cell, wish: Wish) -> bool:
    if wish.low is not None and cell.step < wish.low:
        return False
    if wish.high is not None and cell.step > wish.high:
        return False
    if wish.on_sale and not cell.is_reduced:
        return False
    labels = cell.there if wish.in_stock else cell.sizes
    if wish.sizes:
        return not set(labels).isdisjoint(wish.sizes)
    return bool(labels) or not wish.in_stock


def _count(cells: Iterable[Cell]) -> int:
    return sum(cell.count for cell in cells)


# --- sizes ----------------------------------------------------------------------------------------
def _sizes(wish: Wish, cells: Sequence[Cell]) -> Facet:
    """The most frequent sizes, in their order, and those that are chosen."""
    counts: Counter[str] = Counter()
    for cell in fitting(cells, replace(wish, sizes=())):
        for label in cell.there if wish.in_stock else cell.sizes:
            counts[label] += cell.count
    counts.pop("", None)
    labels = {label for label, _times in counts.most_common(MOST_VALUES)} | set(wish.sizes)
    values = [_size(wish, label, counts[label]) for label in sorted(labels, key=sizes.order)]
    return Facet("size", _("Size"), tuple(values) if len(values) > 1 or wish.sizes else ())


def _size(wish: Wish, label: str, count: int) -> Value:
    is_chosen = label in wish.sizes
    others = [size for size in wish.sizes if size != label]
    after = others if is_chosen else sorted([*others, label], key=sizes.order)
    return Value(label, count, _address(wish, sizes=tuple(after)), is_chosen, "size", label)


# --- prices ---------------------------------------------------------------------------------------
def _prices(wish: Wish, cells: Sequence[Cell]) -> Facet:
    found = fitting(cells, replace(wish, low=None, high=None))
    values = [_price(wish, band, found) for band in bands(cells)]
    values = [value for value in values if value.count or value.is_chosen]
    return Facet("price", _("Price"), tuple(values) if len(values) > 1 or wish.low or wish.high else ())


def bands(cells: Iterable[Cell]) -> list[Band]:
    """Divide the prices into a few round bands with about as many goods in each."""
    edges = steps()
    counts: Counter[int] = Counter()
    for cell in cells:
        counts[bisect_right(edges, cell.step) - 1] += cell.count
    found: list[Band] = []
    begin, held = 0, 0
    enough = counts.total() / MOST_BANDS
    for place in sorted(counts)[:-1]:
        held += counts[place]
        if held >= enough and len(found) < MOST_BANDS - 1:
            found.append(Band(begin, edges[place + 1]))
            begin, held = edges[place + 1], 0
    return [*found, Band(begin, None)] if found else []


def _price(wish: Wish, band: Band, cells: Iterable[Cell]) -> Value:
    low = band.low or None
    high = None if band.end is None else band.end - 1
    count = _count(cell for cell in cells if band.low <= cell.step and (high is None or cell.step <= high))
    if (wish.low or None, wish.high) == (low, high):
        return Value(price_words(low, high), count, _address(wish, low=None, high=None), True)
    return Value(price_words(low, high), count, _address(wish, low=low, high=high), False)


def price_words(low: int | None, high: int | None) -> str:
    """Say a range of prices, both ends included: "Under €10", "€10 to €20", "€50 and more"."""
    if high is None:
        return _("%(price)s and more") % {"price": round_words(low or 0)}
    end = high + 1 if (high + 1) % 10 ** exponent() == 0 else high
    if not low:
        words = _("Under %(price)s") if end > high else _("Up to %(price)s")
        return words % {"price": round_words(end)}
    return _("%(low)s to %(high)s") % {"low": round_words(low), "high": round_words(end)}


def round_words(amount: int) -> str:
    """Say an amount, without decimals if it is round: 2000 is "€20", 1999 is "€19.99"."""
    return _round_words(
        amount, settings.CURRENCY.upper(), to_locale(get_language() or settings.LANGUAGE_CODE)
    )


@lru_cache(maxsize=1024)
def _round_words(amount: int, currency: str, locale: str) -> str:
    pattern = copy(Locale.parse(locale).currency_formats["standard"])
    is_round = amount % 10 ** exponent() == 0
    pattern.frac_prec = (0, 0) if is_round else (exponent(), exponent())
    major = Decimal(amount).scaleb(-exponent())
    return pattern.apply(major, locale, currency=currency, currency_digits=False)


# --- stock and offers -----------------------------------------------------------------------------
def _stock(wish: Wish, cells: Sequence[Cell]) -> Facet:
    count = _count(fitting(cells, replace(wish, in_stock=True)))
    all_of_them = _count(fitting(cells, replace(wish, in_stock=False)))
    url = _address(wish, in_stock=not wish.in_stock)
    value = Value(_("In stock"), count, url, wish.in_stock, "in_stock", "1")
    return Facet("stock", _("Availability"), (value,) if wish.in_stock or 0 < count < all_of_them else ())


def _offers(wish: Wish, cells: Sequence[Cell]) -> Facet:
    count = _count(fitting(cells, replace(wish, on_sale=True)))
    url = _address(wish, on_sale=not wish.on_sale)
    value = Value(_("On sale"), count, url, wish.on_sale, "on_sale", "1")
    return Facet("offer", _("Offers"), (value,) if wish.on_sale or count else ())


def _chosen(wish: Wish) -> list[Value]:
    """Every choice with the address of the list without it."""
    found = [(label, _size(wish, label, 0).url) for label in wish.sizes]
    if wish.low is not None or wish.high is not None:
        found.append((price_words(wish.low, wish.high), _address(wish, low=None, high=None)))
    if wish.in_stock:
        found.append((_("In stock"), _address(wish, in_stock=False)))
    if wish.on_sale:
        found.append((_("On sale"), _address(wish, on_sale=False)))
    return [Value(words, None, url, True) for words, url in found]


def _address(wish: Wish, **changes: object) -> str:
    """The list after a change, from its first page."""
    return replace(wish, page=1, **changes).address()  # type: ignore[arg-type]
