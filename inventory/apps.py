from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """Things: what is on the shelf, what is promised, every movement."""

    name = "inventory"

    def ready(self) -> None:
        from inventory import books  # noqa: F401 (signs up the room's rules)
