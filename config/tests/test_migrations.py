"""What a migration may not do to the former version, which still runs while it is applied."""

from django.apps import apps
from django.conf import settings
from django.db.migrations import AddField, CreateModel, Migration
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

# Columns of before the first release: nothing ran that could have left them out.
OLDER = {
    "accounts.0004_language user.language",
    "orders.0005_language checkout.language",
    "orders.0005_language order.language",
    "shop.0002_copies_for_lists product.image_srcset",
    "shop.0002_copies_for_lists product.variant_count",
    "shop.0002_copies_for_lists productimage.widths",
    "shop.0007_found_and_content category.updated_at",
    "shop.0007_found_and_content product.updated_at",
}


def must_be_filled(migration: Migration) -> set[str]:
    """Columns that it adds to tables which were there, and that a program which does not know them cannot fill."""
    made = {each.name_lower for each in migration.operations if isinstance(each, CreateModel)}
    return {
        f"{migration.app_label}.{migration.name} {each.model_name_lower}.{each.name}"
        for each in migration.operations
        if isinstance(each, AddField)
        and each.model_name_lower not in made
        and not (each.field.null or each.field.primary_key or each.field.many_to_many)
        and each.field.db_default is NOT_PROVIDED
    }


def test_a_column_that_is_added_and_not_null_has_a_default_in_the_database():
    rooms = {app.label for app in apps.get_app_configs() if (settings.BASE_DIR / app.name).is_dir()}
    migrations = MigrationLoader(None).disk_migrations.values()

    found = {column for each in migrations if each.app_label in rooms for column in must_be_filled(each)}

    assert {"payments", "orders", "inventory"} <= rooms
    assert found == OLDER
