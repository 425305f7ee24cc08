"""What a product's page shows, gathered in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from shop import flash, kept
from shop.choices import Choice, choice
from shop.delivery import Estimate, estimate
from shop.listing import cards_of, in_words, picked, shown
from shop.models import Product, ProductImage, Variant, VariantQuerySet
from shop.services import lowest_of
from shop.tree import Shelf, Tree

RELATED = 4
# Products that somebody has looked at before.
SEEN = 8
# What a product's page does not show of it: the words that searches look in, and the text that its HTML was made of.
UNSEEN = ("description", "search_document", "search_name")
# For so long a product's page says that its flash sale is over.
JUST_ENDED = timedelta(hours=1)


@dataclass(frozen=True)
class Display:
    """Everything on a product's page that is the same for everybody."""

    product: Product
    path: list[Shelf]
    choices: list[Choice]
    images: list[ProductImage]
    related: list[dict[str, object]]
    delivery: Estimate | None = None
    sales: list[flash.Told] = field(default_factory=list)

    @property
    def chosen(self) -> Choice | None:
        """What is picked when the page opens: the only choice there is. Of several people pick themselves."""
        return self.choices[0] if len(self.choices) == 1 else None

    @property
    def can_be_bought(self) -> bool:
        return any(one.can_be_bought for one in self.choices)

    @property
    def most(self) -> int:
        """How many pieces one may ask for before anything is chosen."""
        return max((one.most for one in self.choices), default=0)

    @property
    def shows_prices(self) -> bool:
        """True if choices differ in price, so that each has to say its own."""
        return len({one.price for one in self.choices}) > 1

    @property
    def price_words(self) -> str:
        """The price, or from where to where prices go."""
        if not self.choices:
            return ""
        lowest, highest = min(self.choices, key=_price), max(self.choices, key=_price)
        if lowest.price == highest.price:
            return lowest.price_words
        return _("%(lowest)s to %(highest)s") % {
            "lowest": lowest.price_words,
            "highest": highest.price_words,
        }

    @property
    def was_words(self) -> str:
        """What it cost before; of several choices only if all say the same."""
        befores = {one.was_words for one in self.choices}
        return befores.pop() if len(befores) == 1 and not self.shows_prices else ""

    @property
    def lowest_words(self) -> str:
        """What it cost at least in the 30 days before it was reduced; of several choices only if all say the same."""
        lowest = {one.lowest_words for one in self.choices}
        return lowest.pop() if len(lowest) == 1 and self.was_words else ""

    @property
    def stock(self) -> tuple[str, str]:
        """State and words for the whole: of the only choice, or of all in one sentence."""
        states = {one.state for one in self.choices}
        there = sum(one.can_be_bought for one in self.choices)
        if self.chosen or not there:
            return self.choices[0].state, self.choices[0].stock_words
        if there < len(self.choices):
            words = _("%(there)d of %(all)d choices available")
            return "in", words % {"there": there, "all": len(self.choices)}
        return ("in", _("In stock")) if "later" not in states else ("later", _("Some are on backorder"))

    @property
    def is_sent_at_once(self) -> bool:
        """True if something of it lies on the shelf, so that the delivery estimate holds."""
        return any(one.state in {"in", "low"} for one in self.choices)

    @property
    def weights(self) -> str:
        """One weight, or from the lightest to the heaviest."""
        heavy = sorted({one.weight_g: one.weight_words for one in self.choices if one.weight_g}.items())
        if len(heavy) < 2:
            return heavy[0][1] if heavy else ""
        return _("%(lowest)s to %(highest)s") % {"lowest": heavy[0][1], "highest": heavy[-1][1]}

    @property
    def origins(self) -> str:
        return _each(one.origin for one in self.choices)

    @property
    def skus(self) -> str:
        return _each(one.sku for one in self.choices)


def _price(one: Choice) -> int:
    return one.price


def _each(words: Iterable[str]) -> str:
    """Every word once, in order."""
    return ", ".join(dict.fromkeys(filter(None, words)))


def display(slug: str, tree: Tree) -> Display | None:
    """Gather a product's page in four queries, two if a neighbour was just looked at; None if it is not shown.

    One more for a product without pictures, and one for reduced prices.
    """
    product, images = _with_images(slug)
    shelf = tree.by_pk.get(product.category_id) if product else None
    if product is None or shelf is None:
        return None
    variants = list(_offered().filter(product=product, is_active=True))
    lowest = _lowest_of(variants)
    return Display(
        product=product,
        path=shelf.path(),
        choices=[choice(variant, lowest.get(variant.pk)) for variant in variants],
        images=images,
        related=[row for row in neighbours(shelf, tree) if row["slug"] != slug][:RELATED],
        delivery=estimate(timezone.localdate()),
        sales=_sales_of(slug),
    )


@cache
def _offered() -> VariantQuerySet:
    """All variants with what `choice` reads, to be filtered. The query is built once."""
    return Variant.objects.with_available().select_related("stock_item")


def _lowest_of(variants: Iterable[Variant]) -> dict[int, int]:
    """The lowest prices that those which are reduced have to name; no query if none is."""
    return lowest_of([variant.pk for variant in variants if variant.compare_at_price is not None])


def _sales_of(slug: str) -> list[flash.Told]:
    """Its flash sales that run or come, and one that has just ended."""
    now = timezone.now()
    return [
        one
        for one in flash.told(now, slug=slug)
        if one.state != "over" or now - one.offer.ends_at < JUST_ENDED
    ]


def _with_images(slug: str) -> tuple[Product | None, list[ProductImage]]:
    """The product and its pictures in one query; in two if it has none."""
    shown_ones = ProductImage.objects.filter(product__slug=slug, product__is_active=True)
    images = list(shown_ones.select_related("product").defer(*(f"product__{name}" for name in UNSEEN)))
    if images:
        return images[0].product, images
    return Product.objects.filter(slug=slug, is_active=True).defer(*UNSEEN).first(), []


def choices_now(slug: str, tree: Tree) -> list[Choice] | None:
    """What of a product can be had at this moment, in one query, two if something is reduced.

    None if the product is not offered.
    """
    variants = _offered().filter(product__slug=slug).on_sale()
    found = list(variants.annotate(shelf=F("product__category")))
    if not found or found[0].shelf not in tree.by_pk:
        return None
    lowest = _lowest_of(found)
    return [choice(variant, lowest.get(variant.pk)) for variant in found]


def seen(slugs: Iterable[str], tree: Tree) -> list[dict[str, object]]:
    """Cards of the products with these slugs, in their order, at most `SEEN`; who is not shown is left out."""
    wanted = list(dict.fromkeys(slugs))[:SEEN]
    rows = in_words(cards_of(shown(tree).filter(slug__in=wanted)))
    return sorted(rows, key=lambda row: wanted.index(str(row["slug"])))


def neighbours(shelf: Shelf, tree: Tree) -> list[dict[str, object]]:
    """The newest few of one shelf as cards, kept as long as a page: every product on the shelf shows them."""
    return kept.get(
        ("neighbours", shelf.pk), lambda: picked(shown(tree).filter(category=shelf.pk), RELATED + 1)
    )
