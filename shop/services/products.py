"""Products, their variants and prices."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from inventory.models import StockItem
from shop.models import HIGHEST_PRICE, Category, PriceChange, Product, ProductImage, TaxClass, Variant
from shop.models.catalogue import is_reserved
from shop.services.addresses import take_address
from shop.services.copies import refresh_product
from shop.services.errors import LabelTaken, NoReduction, PriceOutOfRange, ShopError, SkuTaken
from shop.services.flash import follow_sales
from shop.services.thresholds import all_rules, follow_price, threshold_at


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
    take_address(product)
    refresh_product(product)
    return product


def free_slug(name: str) -> str:
    """Make an address out of a name that no product has yet: "tea-cup", "tea-cup-2" and so on."""
    stem = slugify(name)[:150] or "product"
    taken = set(Product.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    candidate, number = stem, 1
    while candidate in taken or is_reserved(candidate):
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
    compare_at_price: int | None = None,
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

    Prices in minor units. Raises SkuTaken, LabelTaken, PriceOutOfRange, NoReduction, or ShopError if a text does
    not fit.
    """
    check_price(price)
    check_compare_at(price, compare_at_price)
    if StockItem.objects.filter(sku=sku).exists():
        raise SkuTaken(f"The SKU {sku} is taken.")
    if product.variants.filter(label=label).exists():
        raise LabelTaken(f"{product.name} has “{label or 'only one form'}” already.")
    item = StockItem(
        sku=sku,
        label=item_label(product.name, label),
        barcode=barcode,
        low_stock_threshold=low_stock_threshold,
        default_threshold=threshold_at(price, all_rules()),
        backorder_limit=backorder_limit,
    )
    check(item)
    item.save()
    variant = Variant(
        product=product,
        stock_item=item,
        label=label,
        price=price,
        compare_at_price=compare_at_price,
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

    Orders and open checkouts keep the price that they were made with. A price before that this one no longer
    undercuts is forgotten: the reduction is over. Raises PriceOutOfRange.
    """
    before = Variant.objects.select_for_update().get(pk=variant.pk).compare_at_price
    set_prices(variant, price, None if before is None or before <= price else before, by)


@transaction.atomic
def set_prices(variant: Variant, price: int, compare_at_price: int | None, by: User | None) -> None:
    """Change what a variant costs and, struck through beside it, what it cost before; None for nothing.

    Raises PriceOutOfRange, or NoReduction unless the price before is the higher one.
    """
    check_price(price)
    check_compare_at(price, compare_at_price)
    current = Variant.objects.select_for_update().select_related("product").get(pk=variant.pk)
    variant.price, variant.compare_at_price = price, compare_at_price
    if (current.price, current.compare_at_price) == (price, compare_at_price):
        return
    Variant.objects.filter(pk=variant.pk).update(price=price, compare_at_price=compare_at_price)
    if current.price != price:
        PriceChange.objects.create(variant=variant, old=current.price, new=price, actor=by)
        follow_price(variant)
        follow_sales(variant)
    refresh_product(current.product)


def check_price(price: int) -> None:
    """Raise PriceOutOfRange unless the price is from nothing to `HIGHEST_PRICE`."""
    if not 0 <= price <= HIGHEST_PRICE:
        raise PriceOutOfRange(_("A price must be from 0 to 1,000,000.00."))


def check_compare_at(price: int, compare_at_price: int | None) -> None:
    """Raise NoReduction unless there is no price before, or it is above the price and within the limit."""
    if compare_at_price is not None and not price < compare_at_price <= HIGHEST_PRICE:
        raise NoReduction(_("The price before must be above the price, and at most 1,000,000.00."))


def check(row: Category | Product | Variant | StockItem | ProductImage) -> None:
    """Raise ShopError if a field does not hold what it must; SQLite itself checks no lengths."""
    try:
        row.full_clean(validate_constraints=False)
    except ValidationError as error:
        raise ShopError(" ".join(error.messages)) from error
