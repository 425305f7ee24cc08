"""A trigram index for the search on PostgreSQL: `LIKE '%word%'` then reads the index, not the table.

The extension needs a right that some databases do not give; then the search still works, by reading the table.
"""

import logging

from django.db import DatabaseError, migrations, transaction

log = logging.getLogger("shop.migrations")


def add_index(apps, schema_editor):
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError as error:
        log.warning("No pg_trgm (%s): the search reads the table. Create it by hand to speed it up.", error)
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE INDEX IF NOT EXISTS products_by_words ON shop_product"
            " USING gin (search_document gin_trgm_ops) WHERE is_active"
        )


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS products_by_words")


class Migration(migrations.Migration):
    dependencies = [("shop", "0002_copies_for_lists")]

    operations = [migrations.RunPython(add_index, drop_index)]
