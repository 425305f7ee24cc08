"""Fill the sizes that filters count by: what `shop.services.refresh_product` and the stock's changes keep from now on."""

from django.db import migrations
from django.db.models import F, Sum

BATCH = 500


def fill(apps, schema_editor):
    Product, Variant = apps.get_model("shop", "Product"), apps.get_model("shop", "Variant")
    StockLevel = apps.get_model("inventory", "StockLevel")
    products = list(Product.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(products), BATCH):
        some = products[start : start + BATCH]
        free = dict(
            StockLevel.objects.filter(item__variant__product__in=some, location__is_sellable=True)
            .values("item")
            .annotate(free=Sum(F("on_hand") - F("reserved") - F("allocated")))
            .values_list("item", "free")
        )
        labels, there = {pk: [] for pk in some}, {pk: [] for pk in some}
        rows = Variant.objects.filter(product__in=some, is_active=True).order_by("position", "pk")
        for product, label, item, backorders in rows.values_list(
            "product", "label", "stock_item", "stock_item__backorder_limit"
        ):
            labels[product].append(label)
            if item in free and free[item] + backorders > 0:
                there[product].append(label)
        # Many products have the same sizes: far fewer and far cheaper statements than one value per row.
        same = {}
        for pk in some:
            same.setdefault((_join(labels[pk]), _join(there[pk])), []).append(pk)
        for (sizes, sizes_there), pks in same.items():
            Product.objects.filter(pk__in=pks).update(sizes=sizes, sizes_there=sizes_there)


def _join(labels):
    return "\n" + "\n".join(labels) + "\n" if labels else ""


class Migration(migrations.Migration):
    dependencies = [("shop", "0008_sizes_of_lists"), ("inventory", "0002_protect_ledger")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
