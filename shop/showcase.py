"""What the front page and a product's page show, gathered in a fixed number of queries."""

from dataclasses import dataclass

from django.conf import settings
from django.core.cache import caches
from django.db.models import OuterRef, Subquery

from config.money import format_money
from shop.listing import picked, shown
from shop.models import Category, Product, ProductImage, Variant
from shop.text import country_name
from shop.tree import Shelf, Tree

FEATURED, NEWEST, RELATED = 4, 8, 4


@dataclass(frozen=True)
class Door:
    """A top shelf on the front page, with a picture of something that stands on it."""

    shelf: Shelf
    image_url: str


def front_page(tree: Tree) -> dict[str, object]:
    """Featured and new products and the categories with a picture each: three queries."""
    featured = picked(shown(tree).filter(is_featured=True), FEATURED + 1)
    seen = {row["slug"] for row in featured}
    newest = [row for row in picked(shown(tree), NEWEST + len(seen)) if row["slug"] not in seen][:NEWEST]
    return {
        "hero": featured[:1] or newest[:1],
        "featured": featured[1:],
        "newest": newest,
        "doors": doors(tree),
    }


def doors(tree: Tree) -> list[Door]:
    """Give each top shelf the picture of its newest product, or of one on a shelf below; one query."""
    newest = Product.objects.filter(
        category=OuterRef("pk"), is_active=True, variant_count__gt=0, image_url__gt=""
    ).order_by("-created_at", "-pk")
    rows = Category.objects.filter(pk__in=list(tree.by_pk)).order_by()
    pictures = dict(rows.values_list("pk", Subquery(newest.values("image_url")[:1])))
    return [
        Door(root, next((pictures[each.pk] for each in root.subtree() if pictures.get(each.pk)), ""))
        for root in tree.roots
    ]


@dataclass(frozen=True)
class Choice:
    """A variant as the product page offers it. `state` is in, low, later (backorder) or out."""

    pk: int
    label: str
    sku: str
    price: int
    price_words: str
    state: str
    stock_words: str
    most: int
    weight_words: str
    origin: str

    @property
    def can_be_bought(self) -> bool:
        return self.most > 0


def choice(variant: Variant) -> Choice:
    """Say in words what a variant (with `available` and its item loaded) costs and whether it is there."""
    state, words = availability(variant.available, variant.stock_item.backorder_limit)  # type: ignore[attr-defined]
    return Choice(
        pk=variant.pk,
        label=variant.label,
        sku=variant.sku,
        price=variant.price,
        price_words=format_money(variant.price),
        state=state,
        stock_words=words,
        most=min(variant.available, settings.CART_MAX_QUANTITY),  # type: ignore[attr-defined]
        weight_words=weight(variant.weight_g),
        origin=country_name(variant.country_of_origin),
    )


def availability(available: int, backorder_limit: int) -> tuple[str, str]:
    """Name the state of so many pieces that can be promised, `backorder_limit` of which are not there yet."""
    if available <= 0:
        return "out", "Sold out"
    if available <= backorder_limit:
        return "later", "On its way to us, ships later"
    if available - backorder_limit <= settings.LOW_STOCK_THRESHOLD and not backorder_limit:
        return "low", f"{available} left"
    return "in", "In stock"


def weight(grams: int) -> str:
    """Say a weight: 350 is "350 g", 1250 is "1.25 kg", 0 is nothing."""
    if not grams:
        return ""
    return f"{grams} g" if grams < 1000 else f"{grams / 1000:.2f}".rstrip("0").rstrip(".") + " kg"


@dataclass(frozen=True)
class Display:
    """Everything on a product's page that is the same for everybody."""

    product: Product
    path: list[Shelf]
    choices: list[Choice]
    images: list[ProductImage]
    related: list[dict[str, object]]

    @property
    def chosen(self) -> Choice | None:
        """What is picked when the page opens: the first that can be bought, else the first."""
        return next((one for one in self.choices if one.can_be_bought), next(iter(self.choices), None))

    @property
    def can_be_bought(self) -> bool:
        return self.chosen is not None and self.chosen.can_be_bought

    @property
    def shows_prices(self) -> bool:
        """True if choices differ in price, so that each has to say its own."""
        return len({one.price for one in self.choices}) > 1


def display(slug: str, tree: Tree) -> Display | None:
    """Gather a product's page in four queries, three if a neighbour was just looked at; None if it is not shown."""
    product = Product.objects.filter(slug=slug, is_active=True).first()
    shelf = tree.by_pk.get(product.category_id) if product else None
    if product is None or shelf is None:
        return None
    variants = product.variants.filter(is_active=True).with_available().select_related("stock_item")
    return Display(
        product=product,
        path=shelf.path(),
        choices=[choice(variant) for variant in variants],
        images=list(product.images.all()),
        related=[row for row in neighbours(shelf, tree) if row["slug"] != slug][:RELATED],
    )


def neighbours(shelf: Shelf, tree: Tree) -> list[dict[str, object]]:
    """The newest few of one shelf as cards, kept as long as a page: every product on the shelf shows them."""
    key = f"shop:neighbours:{shelf.pk}"
    rows = caches["pages"].get(key)
    if rows is None:
        rows = picked(shown(tree).filter(category=shelf.pk), RELATED + 1)
        caches["pages"].set(key, rows, settings.PAGE_CACHE_SECONDS)
    return rows
