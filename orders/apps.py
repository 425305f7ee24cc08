from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """The promise: cart, checkout, orders."""

    name = "orders"

    def ready(self) -> None:
        from orders import books, receivers  # noqa: F401 (signs up the room's rules; listens)
