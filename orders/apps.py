from datetime import timedelta

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """The promise: cart, checkout, orders."""

    name = "orders"

    def ready(self) -> None:
        from config import periodic
        from orders import books, receivers, tasks  # noqa: F401 (signs up the room's rules; listens)

        periodic.register("forget old carts", timedelta(days=1), tasks.forget_old_carts)
