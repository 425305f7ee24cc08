"""On PostgreSQL the table itself refuses two sales of a variant at one time; on SQLite the service alone does.

A range of one number compares like the number and needs no extension.
"""

from django.db import migrations


def add_constraint(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "ALTER TABLE shop_flashsale ADD CONSTRAINT flash_sales_apart EXCLUDE USING gist "
            "(int8range(variant_id, variant_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&) "
            "WHERE (is_active)"
        )


def drop_constraint(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE shop_flashsale DROP CONSTRAINT IF EXISTS flash_sales_apart")


class Migration(migrations.Migration):
    dependencies = [("shop", "0015_flash_sales")]

    operations = [migrations.RunPython(add_constraint, drop_constraint)]
