"""The rules that a shop begins with, in minor units of its currency, and what follows from them for what it sells."""

from typing import ClassVar

from django.db import migrations

RULES = {0: 15, 100_00: 50, 500_00: 25, 1000_00: 15}
BATCH = 500


def begin(apps, schema_editor):
    Rule, Variant = apps.get_model("shop", "LowStockRule"), apps.get_model("shop", "Variant")
    StockItem = apps.get_model("inventory", "StockItem")
    if not Rule.objects.exists():
        Rule.objects.bulk_create(Rule(price_from=price, threshold=pieces) for price, pieces in RULES.items())
    rules = list(Rule.objects.order_by("price_from").values_list("price_from", "threshold"))
    same = {}
    for item, price in Variant.objects.order_by("pk").values_list("stock_item", "price"):
        fitting = [threshold for price_from, threshold in rules if price_from <= price]
        same.setdefault(fitting[-1] if fitting else None, []).append(item)
    for threshold, items in same.items():
        for start in range(0, len(items), BATCH):
            StockItem.objects.filter(pk__in=items[start : start + BATCH]).update(default_threshold=threshold)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("shop", "0013_low_stock_rules"), ("inventory", "0005_alerts")]

    operations: ClassVar = [migrations.RunPython(begin, migrations.RunPython.noop)]
