from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """Things: what is on the shelf, what is promised, every movement."""

    name = "inventory"
