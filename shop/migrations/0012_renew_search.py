"""Renew what products are found by: words between spaces, the name for itself, and the words to correct others by.

The index is dropped before and made after: with it PostgreSQL takes five times as long to write 50,000 documents. The
texts are made by the functions that make them ever after, so that no product waits for its next change.
"""

from django.db import migrations

from shop import search, spelling

BATCH = 500
INDEXES = {"products_by_words": "search_document", "products_by_name_words": "search_name"}


def renew(apps, schema_editor):
    has_trigrams = _has_trigrams(schema_editor.connection)
    if has_trigrams:
        schema_editor.execute("DROP INDEX IF EXISTS products_by_words")
    _fill(apps, schema_editor)
    if has_trigrams:
        for name, column in INDEXES.items():
            schema_editor.execute(
                f"CREATE INDEX {name} ON shop_product USING gin ({column} gin_trgm_ops)"
                " WITH (fastupdate = off) WHERE is_active"
            )


def _has_trigrams(connection):
    """Whether the database has pg_trgm: an earlier migration made it where it had the right to."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        return cursor.fetchone() is not None


def _fill(apps, schema_editor):
    Product, Variant = apps.get_model("shop", "Product"), apps.get_model("shop", "Variant")
    shelves = _shelves(apps)
    words = set()
    pks = list(Product.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), BATCH):
        some = pks[start : start + BATCH]
        codes = {pk: [] for pk in some}
        rows = Variant.objects.filter(product__in=some).order_by("position", "pk")
        for pk, sku, barcode in rows.values_list("product", "stock_item__sku", "stock_item__barcode"):
            codes[pk] += [sku, barcode]
        texts = []
        products = Product.objects.filter(pk__in=some).order_by("pk")
        for pk, name, summary, category in products.values_list("pk", "name", "summary", "category"):
            document = search.document(name, (shelves[category], summary), codes[pk])
            words |= search.vocabulary([document])
            texts.append((document, search.name_text(name), pk))
        with schema_editor.connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE shop_product SET search_document = %s, search_name = %s WHERE id = %s", texts
            )
    SearchWord = apps.get_model("shop", "SearchWord")
    SearchWord.objects.bulk_create(
        [SearchWord(padded=spelling.pad(word)) for word in sorted(words)],
        batch_size=BATCH,
        ignore_conflicts=True,
    )


def _shelves(apps):
    """The names from each category up to its top shelf."""
    rows = {pk: (name, parent) for pk, name, parent in
            apps.get_model("shop", "Category").objects.values_list("pk", "name", "parent")}  # fmt: skip
    found = {}
    for pk in rows:
        names, seen, each = [], set(), pk
        while each and each not in seen:
            seen.add(each)
            name, parent = rows[each]
            names.append(name)
            each = parent
        found[pk] = " ".join(names)
    return found


def back(apps, schema_editor):
    schema_editor.execute("DROP INDEX IF EXISTS products_by_name_words")


class Migration(migrations.Migration):
    dependencies = [("shop", "0011_search_words")]

    operations = [migrations.RunPython(renew, back)]
