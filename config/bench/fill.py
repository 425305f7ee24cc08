"""Fills a scratch shop: `python -m config.bench.fill HOW_MANY FILE`; what visitors need to know goes to FILE as JSON.

Goods, stock and rates come by the services that the demo and an import use; nobody signs in and nobody bought before.
"""

import json
import os
import sys
from collections import deque
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import django
from django.core.management import call_command

# The item that everybody wants, and those that many look at.
HOT_STOCK = 100_000
POPULAR = 20
# A variant that checkouts take from holds at least so many pieces.
PLENTY = 40


def main(count: int, file: Path) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    call_command("migrate", verbosity=0)
    _furnish(count)
    file.write_text(json.dumps(_facts()))


def _furnish(count: int) -> None:
    from django.db import connection
    from django.utils import timezone

    from inventory.demo import seed_places, seed_stock
    from orders.demo import seed_rates
    from shop.demo import seeding as shop

    now = timezone.now()
    seed_rates()
    shelves, catalogue = shop.seed_categories(), shop.catalogue(count)
    _do(shop.seed_catalogue(catalogue, shelves, {}, now=now))
    looks = shop.shared_looks(shop.long_shelf(count, 1))
    _do(shop.seed_long_shelf(shop.long_shelf(count, 1), shelves, looks, {}, now=now))
    stocks = shop.stocks_of(chain(catalogue, shop.long_shelf(count, 1)))
    stocks[next(iter(stocks))] = HOT_STOCK
    _do(seed_stock(stocks.items(), seed_places()["main"]))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _do(steps: Iterable[int]) -> None:
    deque(steps, maxlen=0)


def _facts() -> dict[str, object]:
    """Addresses, variants that can be had, words that are found, and the one item that everybody wants."""
    from shop.models import Category, Product, Variant

    slugs = list(Product.objects.order_by("pk").values_list("slug", flat=True))
    names = Product.objects.order_by("pk").values_list("name", flat=True)
    words = sorted(
        {word.lower() for name in names for word in name.split() if len(word) > 3 and word.isalpha()}
    )
    buyable = (
        Variant.objects.on_sale()
        .with_available()
        .filter(available__gte=PLENTY)
        .order_by("pk")
        .values_list("pk", "product__slug", "available")
    )
    hot = next((pk, slug) for pk, slug, available in buyable if available == HOT_STOCK)
    return {
        "slugs": slugs[:: max(len(slugs) // 2000, 1)],
        "popular": [(pk, slug) for pk, slug, available in buyable if available < HOT_STOCK][:POPULAR],
        "categories": list(Category.objects.filter(is_active=True).values_list("slug", flat=True)),
        "words": words[:: max(len(words) // 100, 1)][:100],
        "hot": hot,
        "buyable": [(pk, slug) for pk, slug, available in buyable if available < HOT_STOCK][:1000],
    }


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
