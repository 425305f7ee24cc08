"""Products, their variants and prices."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from inventory.models import StockItem
from shop.models import HIGHEST_PRICE, Category, PriceChange, Product, ProductImage, TaxClass, Variant
from shop.services.copies import refresh_product
from shop.services.errors import LabelTaken, PriceOutOfRange, ShopError, SkuTaken


@transaction.atomic
def create_product(
    category: Category,
    name: str,
    *,
    slug: str = "",
    summary: str = "",
    description: str = "",
    is_active: bool = True,
    is_featured: bool = False,
    created_at: datetime | None = None,
) -> Product:
    """Put a new product into the window; it is listed once it has a variant.

    Without a `slug` one is made from the name. `description` is Markdown. Raises ShopError if a text does not fit.
    """
    product = Product(
        category=category,
        name=name,
        slug=slug or free_slug(name),
        summary=summary,
        description=description,
        is_active=is_active,
        is_featured=is_featured,
        created_at=created_at or timezone.now(),
    )
    check(product)
    product.save()
    refresh_product(product)
    return product


def free_slug(name: str) -> str:
    """Make an address out of a name that no product has yet: "tea-cup", "tea-cup-2" and so on."""
    stem = slugify(name)[:150] or "product"
    taken = set(Product.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    candidate, number = stem, 1
    while candidate in taken:
        number += 1
        candidate = f"{stem}-{number}"
    return candidate


@transaction.atomic
def add_variant(
    product: Product,
    sku: str,
    label: str = "",
    price: int = 0,
    *,
    weight_g: int = 0,
    tax_class: str = TaxClass.STANDARD,
    country_of_origin: str = "",
    barcode: str = "",
    low_stock_threshold: int | None = None,
    backorder_limit: int = 0,
    is_active: bool = True,
    by: User | None = None,
) -> Variant:
    """Add something that can be bought, with the item the warehouse counts; no stock arrives by this.

    `price` in minor units. Raises SkuTaken, LabelTaken, PriceOutOfRange, or ShopError if a text does not fit.
    """
    check_price(price)
    if StockItem.objects.filter(sku=sku).exists():
        raise SkuTaken(f"The SKU {sku} is taken.")
    if product.variants.filter(label=label).exists():
        raise LabelTaken(f"{product.name} has “{label or 'only one form'}” already.")
    item = StockItem(
        sku=sku,
        label=item_label(product.name, label),
        barcode=barcode,
        low_stock_threshold=low_stock_threshold,
        backorder_limit=backorder_limit,
    )
    check(item)
    item.save()
    variant = Variant(
        product=product,
        stock_item=item,
        label=label,
        price=price,
        weight_g=weight_g,
        tax_class=tax_class,
        country_of_origin=country_of_origin.upper(),
        position=product.variants.count(),
        is_active=is_active,
    )
    check(variant)
    variant.save()
    PriceChange.objects.create(variant=variant, old=None, new=price, actor=by)
    refresh_product(product)
    return variant


def item_label(name: str, label: str) -> str:
    """What the warehouse calls a variant, at most 200 characters."""
    return f"{name}, {label}"[:200] if label else name[:200]


@transaction.atomic
def set_price(variant: Variant, price: int, by: User | None) -> None:
    """Change what a variant costs, in minor units, and note who did; the same price again changes nothing.

    Orders and open checkouts keep the price that they were made with. Raises PriceOutOfRange.
    """
    check_price(price)
    current = Variant.objects.select_for_update().select_related("product").get(pk=variant.pk)
    old, variant.price = current.price, price
    if old == price:
        return
    Variant.objects.filter(pk=variant.pk).update(price=price)
    PriceChange.objects.create(variant=variant, old=old, new=price, actor=by)
    refresh_product(current.product)


def check_price(price: int) -> None:
    """Raise PriceOutOfRange unless the price is from nothing to `HIGHEST_PRICE`."""
    if not 0 <= price <= HIGHEST_PRICE:
        raise PriceOutOfRange("A price must be from 0 to 1,000,000.00.")


def check(row: Product | Variant | StockItem | ProductImage) -> None:
    """Raise ShopError if a field does not hold what it must; SQLite itself checks no lengths."""
    try:
        row.full_clean(validate_constraints=False)
    except ValidationError as error:
        raise ShopError(" ".join(error.messages)) from error
