"""The offer, and what customers say, save and wait for."""

from shop.models.catalogue import (
    HIGHEST_PRICE,
    Category,
    PriceChange,
    Product,
    ProductImage,
    TaxClass,
    Variant,
    VariantQuerySet,
    available_of,
)
from shop.models.content import LONGEST_LETTER, ContactMessage, ContentPage
from shop.models.flash import FlashSale, FlashSaleQuerySet
from shop.models.former import FormerSlug
from shop.models.reviews import Review, ReviewQuerySet
from shop.models.searching import ProductQuerySet, SearchWord
from shop.models.thresholds import LowStockRule
from shop.models.waiting import StockRequest, StockRequestQuerySet, Wanted
from shop.models.wishes import WishlistItem, WishlistLink

__all__ = [
    "HIGHEST_PRICE",
    "LONGEST_LETTER",
    "Category",
    "ContactMessage",
    "ContentPage",
    "FlashSale",
    "FlashSaleQuerySet",
    "FormerSlug",
    "LowStockRule",
    "PriceChange",
    "Product",
    "ProductImage",
    "ProductQuerySet",
    "Review",
    "ReviewQuerySet",
    "SearchWord",
    "StockRequest",
    "StockRequestQuerySet",
    "TaxClass",
    "Variant",
    "VariantQuerySet",
    "Wanted",
    "WishlistItem",
    "WishlistLink",
    "available_of",
]
