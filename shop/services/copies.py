"""The copies on a product's row that lists read, so that a page of cards costs one query."""

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from shop import search, sizes, spelling
from shop.models import Category, Product, ProductImage, SearchWord, Variant

COPIES = (
    "price",
    "compare_at_price",
    "has_price_range",
    "variant_count",
    "image_url",
    "image_srcset",
    "image_alt",
    "sizes",
    "sizes_there",
    "search_document",
    "search_name",
)


# Products per statement.
BATCH = 500


@transaction.atomic
def refresh_product(product: Product) -> None:
    """Read the product's variants and pictures and renew the copies on its row, and on the object given.

    Call it after whatever changed a product, its variants, prices, pictures or its category's name. The row is
    locked before the rest is read, so that of two changes at a time the later one sees both.
    """
    row = Product.objects.select_for_update(of=("self",)).select_related("category").get(pk=product.pk)
    variants = row.variants.select_related("stock_item").with_available()
    fill_copies(row, shelves_above(row.category), list(variants), list(row.images.all()))
    copies = {name: getattr(row, name) for name in COPIES} | {"updated_at": timezone.now()}
    Product.objects.filter(pk=row.pk).update(**copies)
    remember_words([row])
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


def refresh_stock(items: Iterable[int]) -> int:
    """Renew which sizes are in stock, of the products of these stock items; after a commit, in a few statements.

    Returns how many rows were wrong.
    """
    found = Variant.objects.filter(stock_item__in=list(items)).values_list("product", flat=True)
    return _refresh_there(sorted(set(found)))


def refresh_all_stock() -> int:
    """The same for every product: after a place begins or stops to sell, and where a process died in between."""
    products = list(Product.objects.order_by("pk").values_list("pk", flat=True))
    return sum(_refresh_there(products[start : start + BATCH]) for start in range(0, len(products), BATCH))


def _refresh_there(products: Sequence[int]) -> int:
    there: dict[int, list[str]] = {product: [] for product in products}
    variants = Variant.objects.filter(product__in=products, is_active=True).with_available()
    for product, label in variants.filter(available__gt=0).values_list("product", "label"):
        there[product].append(label)
    same: dict[str, list[int]] = {}
    for product, labels in there.items():
        same.setdefault(sizes.join(labels), []).append(product)
    return sum(
        Product.objects.filter(pk__in=some).exclude(sizes_there=text).update(sizes_there=text)
        for text, some in same.items()
    )


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
    """Set the copies on the object, unsaved."""
    on_sale = [variant for variant in variants if variant.is_active]
    prices = [variant.price for variant in on_sale or variants]
    product.price = min(prices, default=0)
    product.compare_at_price = _compare_at(on_sale, product.price)
    product.has_price_range = len(set(prices)) > 1
    product.variant_count = len(on_sale)
    first = min(images, key=lambda image: (image.position, image.pk or 0), default=None)
    product.image_url = first.small_url if first else ""
    product.image_srcset = card_srcset(first) if first else ""
    product.image_alt = first.alt if first else ""
    product.sizes = sizes.join(variant.label for variant in on_sale)
    # Variants that are only being made have no stock.
    product.sizes_there = sizes.join(one.label for one in on_sale if getattr(one, "available", 0) > 0)
    product.search_name = search.name_text(product.name)
    codes = [code for one in variants for code in (one.stock_item.sku, one.stock_item.barcode)]
    product.search_document = search.document(product.name, (shelves, product.summary), codes)


def remember_words(products: Iterable[Product]) -> None:
    """Keep the words of these products to correct others by; their counts come with `recount_words`.

    Read off the documents, so the names of the shelves are among them. In order, so that two who bring the same words
    do not wait for each other in a circle.
    """
    words = sorted(search.vocabulary(product.search_document for product in products))
    for start in range(0, len(words), BATCH):
        padded = [spelling.pad(word) for word in words[start : start + BATCH]]
        known = set(SearchWord.objects.filter(pk__in=padded).values_list("pk", flat=True))
        missing = [SearchWord(padded=word) for word in padded if word not in known]
        SearchWord.objects.bulk_create(missing, ignore_conflicts=True)


def recount_words() -> int:
    """Count in how many products each word is, and take out the words that are in none. Returns how many there are."""
    counts: Counter[str] = Counter()
    documents = Product.objects.filter(is_active=True).order_by().values_list("search_document", flat=True)
    for document in documents.iterator(chunk_size=BATCH):
        counts.update(search.vocabulary([document]))
    rows = [SearchWord(padded=spelling.pad(word), products=count) for word, count in sorted(counts.items())]
    known = dict(SearchWord.objects.values_list("pk", "products"))
    changed = [row for row in rows if known.get(row.pk) != row.products]
    SearchWord.objects.bulk_create(
        changed, batch_size=BATCH, update_conflicts=True, unique_fields=["padded"], update_fields=["products"]
    )
    gone = sorted(known.keys() - {row.pk for row in rows})
    for start in range(0, len(gone), BATCH):
        SearchWord.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    return len(rows)


def _compare_at(on_sale: Iterable[Variant], price: int) -> int | None:
    """What is struck through beside the price that a card shows: only what belongs to a variant of that price."""
    before = [one.compare_at_price for one in on_sale if one.price == price]
    return max((each for each in before if each is not None), default=None)


def card_srcset(image: ProductImage) -> str:
    """The widths that a card may need; the widest is for the product's own page."""
    return ", ".join(f"{image.url(width)} {width}w" for width in image.widths if width <= 800)
