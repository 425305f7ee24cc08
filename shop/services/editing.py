"""What staff change of products that exist already. Prices leave a PriceChange; the copies that lists read follow."""

from django.db import transaction

from accounts.models import User
from inventory.models import StockItem
from shop.models import Product, ProductImage, Variant
from shop.services.copies import refresh_product
from shop.services.pictures import StoredPicture, image_row
from shop.services.products import check, item_label, set_price

OF_A_PRODUCT = ("category", "name", "slug", "summary", "description", "is_active", "is_featured")
OF_A_VARIANT = ("label", "weight_g", "tax_class", "country_of_origin", "position", "is_active")


@transaction.atomic
def change_product(product: Product) -> None:
    """Save what was changed on the object; the warehouse's names follow. Raises ShopError if a text does not fit."""
    check(product)
    product.save(update_fields=OF_A_PRODUCT)
    for variant in product.variants.select_related("stock_item"):
        _name_item(variant, product)
    refresh_product(product)


@transaction.atomic
def change_variant(variant: Variant, *, price: int, barcode: str, by: User | None) -> None:
    """Save what was changed on the object, its price (minor units) and its barcode; no stock moves by this.

    Raises PriceOutOfRange, or ShopError if a text does not fit.
    """
    variant.country_of_origin = variant.country_of_origin.upper()
    check(variant)
    variant.save(update_fields=OF_A_VARIANT)
    StockItem.objects.filter(pk=variant.stock_item_id).update(barcode=barcode)
    _name_item(variant, variant.product)
    set_price(variant, price, by)
    refresh_product(variant.product)


def _name_item(variant: Variant, product: Product) -> None:
    StockItem.objects.filter(pk=variant.stock_item_id).update(label=item_label(product.name, variant.label))


@transaction.atomic
def attach_image(product: Product, picture: StoredPicture, alt: str, *, position: int = 0) -> ProductImage:
    """Give a product a picture that was stored before; without a position it comes last."""
    image = image_row(product, picture, alt, position=position or product.images.count())
    image.save()
    refresh_product(product)
    return image


@transaction.atomic
def change_image(image: ProductImage) -> None:
    """Save what a picture shows and where it stands."""
    check(image)
    image.save(update_fields=["alt", "position"])
    refresh_product(image.product)


@transaction.atomic
def remove_image(image: ProductImage) -> None:
    """Take a picture off its product; the file stays, as another product may show the same one."""
    image.delete()
    refresh_product(image.product)
