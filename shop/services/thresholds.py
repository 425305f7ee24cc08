"""Low-stock thresholds by price: from a small table that staff edit, copied to the items that the warehouse counts."""

from collections import defaultdict
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction

from config.money import format_money
from inventory import tasks as warehouse
from inventory.models import StockItem
from shop.models import LowStockRule, Variant

BATCH = 500


def all_rules() -> list[LowStockRule]:
    """The whole table, the cheapest first."""
    return list(LowStockRule.objects.all())


def threshold_at(price: int, rules: Sequence[LowStockRule]) -> int | None:
    """From how many pieces down a thing of this price is low; None if it is cheaper than the first rule."""
    rule = _rule_at(price, rules)
    return rule.threshold if rule else None


def _rule_at(price: int, rules: Sequence[LowStockRule]) -> LowStockRule | None:
    return next((rule for rule in reversed(rules) if rule.price_from <= price), None)


def explain_threshold(item: StockItem, price: int, rules: Sequence[LowStockRule]) -> str:
    """Say in a sentence why the item, which costs so much, is low from where it is."""
    if item.low_stock_threshold is not None:
        return f"{item.low_stock_threshold}: the item's own figure."
    costs = format_money(price)
    rule = _rule_at(price, rules)
    if rule is None:
        return f"{settings.LOW_STOCK_THRESHOLD}: the shop's own, as no rule covers the price {costs}."
    first = format_money(rule.price_from)
    above = next((other for other in rules if other.price_from > rule.price_from), None)
    if above is None:
        return f"{rule.threshold}, because the price {costs} is {first} or more."
    return f"{rule.threshold}, because the price {costs} is between {first} and {format_money(above.price_from - 1)}."


@transaction.atomic
def follow_price(variant: Variant) -> None:
    """Let the variant's item be low from where its price says now."""
    threshold = threshold_at(variant.price, all_rules())
    item = StockItem.objects.get(pk=variant.stock_item_id)
    if item.default_threshold != threshold:
        StockItem.objects.filter(pk=item.pk).update(default_threshold=threshold)
        warehouse.look_at_stock.enqueue([item.pk])


def follow_rules() -> int:
    """The same for everything that is sold; safe to run again. Returns how many items changed."""
    rules = all_rules()
    rows = Variant.objects.order_by("pk").values_list("stock_item", "price", "stock_item__default_threshold")
    wrong: dict[int | None, list[int]] = defaultdict(list)
    for item, price, now in rows.iterator(chunk_size=BATCH):
        if (threshold := threshold_at(price, rules)) != now:
            wrong[threshold].append(item)
    for threshold, items in wrong.items():
        for start in range(0, len(items), BATCH):
            _set(items[start : start + BATCH], threshold)
    return sum(map(len, wrong.values()))


@transaction.atomic
def _set(items: list[int], threshold: int | None) -> None:
    StockItem.objects.filter(pk__in=items).update(default_threshold=threshold)
    warehouse.look_at_stock.enqueue(items)
