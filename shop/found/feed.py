"""All that is for sale, for shopping engines: RSS 2.0 in the words of Google's product data.

One item per variant (https://support.google.com/merchants/answer/7052112). Read a thousand at a time, so that the
memory it takes does not grow with the shop.
"""

import re
from collections.abc import Iterator
from xml.sax.saxutils import escape

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from shop import flash
from shop.found.addresses import absolute
from shop.found.structured import amount, is_gtin, plain
from shop.models import ProductImage, Variant
from shop.tree import Shelf, category_tree

CHUNK = 1000
MOST_IMAGES = 10
LONGEST_TITLE, LONGEST_TEXT = 150, 5000
# What XML 1.0 cannot say, escaped or not (https://www.w3.org/TR/xml/#charsets).
_UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEEDED = (
    "label",
    "price",
    "compare_at_price",
    "weight_g",
    "product__name",
    "product__slug",
    "product__summary",
    "product__description_html",
    "product__category_id",
    "product__variant_count",
    "stock_item__sku",
    "stock_item__barcode",
    "stock_item__backorder_limit",
)


def write() -> Iterator[str]:
    """The feed in pieces of a thousand items; two statements each, and one for the shelves."""
    home = _home()
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>\n'
        f"{_tag('title', settings.SHOP_NAME)}{_tag('link', home)}{_tag('description', settings.SHOP_NAME)}\n"
    )
    tree, last = category_tree(), 0
    while some := list(_for_sale().filter(pk__gt=last)[:CHUNK]):
        images = _images({variant.product_id for variant in some})
        shelves = ((variant, tree.by_pk.get(variant.product.category_id)) for variant in some)
        with override(settings.LANGUAGE_CODE):
            items = [
                _item(variant, shelf, images.get(variant.product_id, []))
                for variant, shelf in shelves
                if shelf
            ]
        yield "".join(items)
        last = some[-1].pk
    yield "</channel></rss>\n"


def _home() -> str:
    with override(settings.LANGUAGE_CODE):
        return absolute(reverse("shop:home"))


def _for_sale():
    variants = Variant.objects.on_sale().with_available().select_related("product", "stock_item")
    return variants.only(*_NEEDED).order_by("pk")


def _images(products: set[int]) -> dict[int, list[str]]:
    """The addresses of the pictures of some products, first picture first; one statement."""
    found: dict[int, list[str]] = {}
    for image in ProductImage.objects.filter(product__in=products).only("product_id", "file"):
        found.setdefault(image.product_id, []).append(absolute(image.file.url))
    return found


def _item(variant: Variant, shelf: Shelf, images: list[str]) -> str:
    said = "".join(_tag(f"g:{name}", text) for name, text in _facts(variant, shelf, images) if text)
    return f"<item>{said}</item>\n"


def _facts(variant: Variant, shelf: Shelf, images: list[str]) -> Iterator[tuple[str, str]]:
    product, item = variant.product, variant.stock_item
    yield "id", item.sku
    yield "title", f"{product.name} {variant.label}".strip()[:LONGEST_TITLE]
    yield "description", (plain(product.description_html) or product.summary or product.name)[:LONGEST_TEXT]
    yield "link", absolute(product.get_absolute_url())
    for place, address in enumerate(images[: MOST_IMAGES + 1]):
        yield "additional_image_link" if place else "image_link", address
    yield "availability", _availability(variant)
    yield from _prices(variant)
    if is_gtin(item.barcode):
        yield "gtin", item.barcode
    else:
        yield "identifier_exists", "no"
    if product.variant_count > 1:
        yield "item_group_id", f"P{product.pk}"
        yield "size", variant.label
    yield "product_type", " > ".join(each.name for each in shelf.path())
    yield "condition", "new"
    yield "shipping_weight", f"{variant.weight_g} g" if variant.weight_g else ""
    yield "ships_from_country", settings.SHOP_COUNTRY


def _availability(variant: Variant) -> str:
    """Whether a piece lies on the shelf. "backorder" would want a day of arrival, which nobody here knows."""
    free = variant.available - variant.stock_item.backorder_limit  # type: ignore[attr-defined]
    return "in_stock" if free > 0 else "out_of_stock"


def _prices(variant: Variant) -> Iterator[tuple[str, str]]:
    currency, before = settings.CURRENCY.upper(), variant.compare_at_price
    if deal := _deal(variant):
        yield "price", f"{amount(variant.price)} {currency}"
        yield "sale_price", f"{amount(deal.price)} {currency}"
        yield "sale_price_effective_date", f"{deal.starts_at.isoformat()}/{deal.ends_at.isoformat()}"
        return
    if before is not None and before > variant.price:
        yield "price", f"{amount(before)} {currency}"
        yield "sale_price", f"{amount(variant.price)} {currency}"
    else:
        yield "price", f"{amount(variant.price)} {currency}"


def _deal(variant: Variant) -> flash.Offer | None:
    """Its flash sale that runs, or comes next; a reader of the feed keeps to its times."""
    now = timezone.now()
    mine = (one for one in flash.offers() if one.variant == variant.pk and one.price < variant.price)
    return next((one for one in mine if one.state(now) in {"running", "planned"}), None)


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(_UNSAYABLE.sub('', text))}</{name}>"
