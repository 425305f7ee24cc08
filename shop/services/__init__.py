"""Every act that changes the offer: products, variants, prices and pictures."""

from shop.services.bulk import NewProduct, NewVariant, bulk_create
from shop.services.copies import refresh_category, refresh_product
from shop.services.errors import (
    LabelTaken,
    PictureNotStored,
    PictureRefused,
    PriceOutOfRange,
    ShopError,
    SkuTaken,
)
from shop.services.pictures import StoredPicture, add_image, store_picture
from shop.services.products import add_variant, create_product, free_slug, set_price

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
    "bulk_create",
    "create_product",
    "free_slug",
    "refresh_category",
    "refresh_product",
    "set_price",
    "store_picture",
]
