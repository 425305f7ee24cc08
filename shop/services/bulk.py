"""Many products at once: the same rows that `create_product` and `add_variant` leave, hundreds per statement."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from inventory.models import StockItem
from shop.models import Category, LowStockRule, PriceChange, Product, ProductImage, TaxClass, Variant
from shop.services.copies import fill_copies, remember_words, shelves_above
from shop.services.pictures import StoredPicture, image_row
from shop.services.products import check_compare_at, check_price, item_label
from shop.services.thresholds import all_rules, threshold_at
from shop.text import render_markdown


@dataclass(frozen=True)
class NewVariant:
    """What `add_variant` is told, as data; prices in minor units."""

    sku: str
    label: str
    price: int
    weight_g: int = 0
    tax_class: str = TaxClass.STANDARD
    country_of_origin: str = ""
    barcode: str = ""
    compare_at_price: int | None = None


@dataclass(frozen=True)
class NewProduct:
    """What `create_product` is told, as data, with its variants and stored pictures (picture, what it shows)."""

    category: Category
    name: str
    variants: Sequence[NewVariant]
    slug: str = ""
    summary: str = ""
    description: str = ""
    is_featured: bool = False
    created_at: datetime | None = None
    pictures: Sequence[tuple[StoredPicture, str]] = ()


def bulk_create(goods: Iterable[NewProduct], *, by: User | None = None, batch: int = 500) -> Iterator[int]:
    """Create products batch by batch, each batch in its own transaction; yields how many are done after each.

    For seeding and measuring: SKUs and slugs must be free and texts must fit; a clash raises IntegrityError and
    leaves the batches before it. Without a slug one is made from name and first SKU.
    """
    shelves: dict[int, str] = {}
    goods, done = iter(goods), 0
    while some := list(islice(goods, batch)):
        with transaction.atomic():
            _create(some, shelves, by)
        done += len(some)
        yield done


def _create(goods: Sequence[NewProduct], shelves: dict[int, str], by: User | None) -> None:
    products, rules = [_product(new) for new in goods], all_rules()
    variants = [
        _variant(product, new, place, rules)
        for product, whole in zip(products, goods, strict=True)
        for place, new in enumerate(whole.variants)
    ]
    images = [
        image_row(product, picture, alt, position=place)
        for product, whole in zip(products, goods, strict=True)
        for place, (picture, alt) in enumerate(whole.pictures)
    ]
    _fill(products, variants, images, shelves)
    Product.objects.bulk_create(products)
    remember_words(products)
    StockItem.objects.bulk_create([variant.stock_item for variant in variants])
    Variant.objects.bulk_create(variants)
    ProductImage.objects.bulk_create(images)
    PriceChange.objects.bulk_create(
        [PriceChange(variant=variant, old=None, new=variant.price, actor=by) for variant in variants]
    )


def _fill(
    products: Sequence[Product],
    variants: Sequence[Variant],
    images: Sequence[ProductImage],
    shelves: dict[int, str],
) -> None:
    """Set the copies that lists read, on the objects."""
    variants_of: dict[int, list[Variant]] = {id(product): [] for product in products}
    images_of: dict[int, list[ProductImage]] = {id(product): [] for product in products}
    for variant in variants:
        variants_of[id(variant.product)].append(variant)
    for image in images:
        images_of[id(image.product)].append(image)
    for product in products:
        if product.category_id not in shelves:
            shelves[product.category_id] = shelves_above(product.category)
        words = shelves[product.category_id]
        fill_copies(product, words, variants_of[id(product)], images_of[id(product)])


def _product(new: NewProduct) -> Product:
    return Product(
        category=new.category,
        name=new.name,
        slug=new.slug or slugify(f"{new.name} {new.variants[0].sku}")[:160],
        summary=new.summary,
        description=new.description,
        description_html=render_markdown(new.description),
        is_featured=new.is_featured,
        created_at=(came := new.created_at or timezone.now()),
        updated_at=came,
    )


def _variant(product: Product, new: NewVariant, place: int, rules: Sequence[LowStockRule]) -> Variant:
    check_price(new.price)
    check_compare_at(new.price, new.compare_at_price)
    item = StockItem(
        sku=new.sku,
        label=item_label(product.name, new.label),
        barcode=new.barcode,
        default_threshold=threshold_at(new.price, rules),
    )
    return Variant(
        product=product,
        stock_item=item,
        label=new.label,
        price=new.price,
        compare_at_price=new.compare_at_price,
        weight_g=new.weight_g,
        tax_class=new.tax_class,
        country_of_origin=new.country_of_origin.upper(),
        position=place,
    )
