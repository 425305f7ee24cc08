"""What somebody wants to see, read from an address with patience, and the one address that says the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.money import exponent, parse_money
from shop import sizes as size_words
from shop.models import HIGHEST_PRICE
from shop.search import words_of

LAST_PAGE = 100_000
MOST_SIZES = 12
LONGEST_SEARCH = 100
LONGEST_SIZE = 60

SORTS = {
    "newest": gettext_lazy("Newest"),
    "price": gettext_lazy("Price, low to high"),
    "-price": gettext_lazy("Price, high to low"),
    "name": gettext_lazy("Name"),
}


class NoSuchPage(Exception):
    """The address names a page or a category that does not exist."""


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see. `sort` is empty for the usual order: best match if words are given, else newest.

    `low` and `high` are prices in minor units; `q` is the text as typed, `words` what is looked for. Of `sizes` one is
    enough.
    """

    q: str = ""
    category: str = ""
    sort: str = ""
    in_stock: bool = False
    on_sale: bool = False
    low: int | None = None
    high: int | None = None
    page: int = 1
    sizes: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=(), compare=False)

    @cached_property
    def words(self) -> tuple[str, ...]:
        return words_of(self.q)

    @property
    def is_filtered(self) -> bool:
        """True if price, size or stock hold goods back."""
        prices = self.low is not None or self.high is not None
        return self.in_stock or self.on_sale or prices or bool(self.sizes)

    @property
    def is_narrowed(self) -> bool:
        """True if something else than a category holds goods back."""
        return self.is_filtered or bool(self.words)

    def address(self, *, with_page: bool = True) -> str:
        """The one address of this list; "" stands for page 1, no filter, usual order."""
        pairs = {
            "q": self.q,
            "sort": self.sort,
            "size": self.sizes,
            "in_stock": "1" if self.in_stock else "",
            "on_sale": "1" if self.on_sale else "",
            "min": typed(self.low),
            "max": typed(self.high),
            "page": str(self.page) if with_page and self.page > 1 else "",
        }
        path = reverse("shop:category", args=[self.category]) if self.category else reverse("shop:products")
        query = urlencode({name: value for name, value in pairs.items() if value}, doseq=True)
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
        notes.append(_("We do not know that order, so this is the usual one."))
        sort = ""
    low, high = _price(given.get("min", ""), notes), _price(given.get("max", ""), notes)
    if low is not None and high is not None and low > high:
        notes.append(_("The lowest price was above the highest, so we swapped them."))
        low, high = high, low
    return Wish(
        q=_clean(given.get("q", "")),
        category=category or _clean(given.get("category", "")),
        sort=sort,
        in_stock=_is_yes(given.get("in_stock", "")),
        on_sale=_is_yes(given.get("on_sale", "")),
        low=low,
        high=high,
        page=_page(given.get("page", "")),
        sizes=_sizes(given),
        notes=tuple(dict.fromkeys(notes)),
    )


def _clean(text: str) -> str:
    """Typed text without control characters, at most `LONGEST_SEARCH` long."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text[:400]).split())[
        :LONGEST_SEARCH
    ]


def _sizes(given: Mapping[str, str]) -> tuple[str, ...]:
    """Every `size` of the address, in the one order of sizes, each once."""
    labels: Iterable[str] = (
        given.getlist("size") if isinstance(given, MultiValueDict) else [given.get("size", "")]
    )
    known = {_clean(label)[:LONGEST_SIZE].strip() for label in list(labels)[:MOST_SIZES]} - {""}
    return tuple(sorted(known, key=size_words.order))


def _is_yes(text: str) -> bool:
    return text.lower() in {"1", "on", "true", "yes"}


def _price(text: str, notes: list[str]) -> int | None:
    if not text.strip():
        return None
    try:
        amount = parse_money(text[:20])
    except ValidationError:
        notes.append(_("We could not read that price, so it is left out."))
        return None
    return min(max(amount, 0), HIGHEST_PRICE)


def _page(text: str) -> int:
    if not text:
        return 1
    if not (text.isascii() and text.isdigit() and len(text) < 7 and 1 <= int(text) <= LAST_PAGE):
        raise NoSuchPage
    return int(text)
