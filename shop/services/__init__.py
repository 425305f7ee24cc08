"""Every act that changes the offer: products, variants, prices and pictures."""

from shop.services.bulk import NewProduct, NewVariant, bulk_create
from shop.services.copies import refresh_category, refresh_product
from shop.services.editing import (
    attach_image,
    change_image,
    change_product,
    change_variant,
    remove_image,
)
from shop.services.errors import (
    LabelTaken,
    PictureNotStored,
    PictureRefused,
    PriceOutOfRange,
    ShopError,
    SkuTaken,
)
from shop.services.pictures import StoredPicture, add_image, store_picture
from shop.services.products import add_variant, check_price, create_product, free_slug, set_price

__all__ = [
    "LabelTaken",
    "NewProduct",
    "NewVariant",
    "PictureNotStored",
    "PictureRefused",
    "PriceOutOfRange",
    "ShopError",
    "SkuTaken",
    "StoredPicture",
    "add_image",
    "add_variant",
    "attach_image",
    "bulk_create",
    "change_image",
    "change_product",
    "change_variant",
    "check_price",
    "create_product",
    "free_slug",
    "refresh_category",
    "refresh_product",
    "remove_image",
    "set_price",
    "store_picture",
]
