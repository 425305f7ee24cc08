from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """The promise: cart, checkout, orders."""

    name = "orders"
