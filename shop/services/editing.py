"""What staff change of products that exist already. Prices leave a PriceChange; the copies that lists read follow."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from inventory.models import StockItem
from shop.models import Category, Product, ProductImage, Variant
from shop.services.addresses import keep_old_address, take_address
from shop.services.copies import refresh_product
from shop.services.products import check, item_label, set_prices

OF_A_PRODUCT = ("category", "name", "slug", "summary", "description", "is_active", "is_featured")
OF_A_VARIANT = ("label", "weight_g", "tax_class", "country_of_origin", "position", "is_active")


@transaction.atomic
def change_product(product: Product) -> None:
    """Save what was changed on the object; the warehouse's names follow, and an old address leads to the new one.

    Raises ShopError if a text does not fit.
    """
    check(product)
    keep_old_address(product)
    product.save(update_fields=OF_A_PRODUCT)
    for variant in product.variants.select_related("stock_item"):
        _name_item(variant, product)
    refresh_product(product)


@transaction.atomic
def change_variant(
    variant: Variant, *, price: int, compare_at_price: int | None, barcode: str, by: User | None
) -> None:
    """Save what was changed on the object, its prices (minor units) and its barcode; no stock moves by this.

    Raises PriceOutOfRange, NoReduction, or ShopError if a text does not fit.
    """
    variant.country_of_origin = variant.country_of_origin.upper()
    check(variant)
    variant.save(update_fields=OF_A_VARIANT)
    StockItem.objects.filter(pk=variant.stock_item_id).update(barcode=barcode)
    _name_item(variant, variant.product)
    set_prices(variant, price, compare_at_price, by)
    refresh_product(variant.product)


def _name_item(variant: Variant, product: Product) -> None:
    StockItem.objects.filter(pk=variant.stock_item_id).update(label=item_label(product.name, variant.label))


@transaction.atomic
def change_image(image: ProductImage) -> None:
    """Save what a picture shows and where it stands."""
    check(image)
    image.save(update_fields=["alt", "position"])
    refresh_product(image.product)


@transaction.atomic
def change_category(category: Category) -> None:
    """Save what was changed on the object; an old address leads to the new one. Raises ShopError on a bad text.

    After a new name or a new place its products have to be refreshed, which takes long: `shop.tasks` does it.
    """
    check(category)
    keep_old_address(category)
    category.updated_at = timezone.now()
    category.save()


@transaction.atomic
def create_category(category: Category) -> None:
    """Save a new category; what had its address before is no longer found by it."""
    check(category)
    category.save()
    take_address(category)
