"""The copies on a product's row that lists read, so that a page of cards costs one query."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from shop.models import Category, Product, ProductImage, Variant
from shop.text import normalise

COPIES = (
    "price",
    "has_price_range",
    "variant_count",
    "image_url",
    "image_srcset",
    "image_alt",
    "search_document",
)


@transaction.atomic
def refresh_product(product: Product) -> None:
    """Read the product's variants and pictures and renew the copies on its row, and on the object given.

    Call it after whatever changed a product, its variants, prices, pictures or its category's name. The row is
    locked before the rest is read, so that of two changes at a time the later one sees both.
    """
    row = Product.objects.select_for_update(of=("self",)).select_related("category").get(pk=product.pk)
    variants = row.variants.select_related("stock_item")
    fill_copies(row, shelves_above(row.category), list(variants), list(row.images.all()))
    copies = {name: getattr(row, name) for name in COPIES}
    Product.objects.filter(pk=row.pk).update(**copies)
    for name, value in copies.items():
        setattr(product, name, value)


def refresh_category(category: Category) -> int:
    """Renew the copies of every product on this shelf and below; after renaming it. Returns how many."""
    shelves, reached = [category], {category.pk}
    for shelf in shelves:
        below = [child for child in shelf.children.all() if child.pk not in reached]
        reached |= {child.pk for child in below}
        shelves += below
    done = 0
    for product in Product.objects.filter(category__in=reached).iterator():
        refresh_product(product)
        done += 1
    return done


def shelves_above(category: Category) -> str:
    """The names from this category up to the top shelf, for the search."""
    names, seen = [], set()
    shelf: Category | None = category
    while shelf and shelf.pk not in seen:
        seen.add(shelf.pk)
        names.append(shelf.name)
        shelf = shelf.parent
    return " ".join(names)


def fill_copies(
    product: Product, shelves: str, variants: Sequence[Variant], images: Sequence[ProductImage]
) -> None:
    """Set the copies on the object, unsaved. The document starts with the name: the search ranks by that."""
    on_sale = [variant for variant in variants if variant.is_active]
    prices = [variant.price for variant in on_sale or variants]
    product.price = min(prices, default=0)
    product.has_price_range = len(set(prices)) > 1
    product.variant_count = len(on_sale)
    first = min(images, key=lambda image: (image.position, image.pk or 0), default=None)
    product.image_url = first.small_url if first else ""
    product.image_srcset = card_srcset(first) if first else ""
    product.image_alt = first.alt if first else ""
    product.search_document = normalise(" ".join(_words(product, shelves, variants)))


def card_srcset(image: ProductImage) -> str:
    """The widths that a card may need; the widest is for the product's own page."""
    return ", ".join(f"{image.url(width)} {width}w" for width in image.widths if width <= 800)


def _words(product: Product, shelves: str, variants: Iterable[Variant]) -> Iterable[str]:
    yield product.name
    yield shelves
    yield product.summary
    for variant in variants:
        yield variant.stock_item.sku
        yield variant.stock_item.barcode
