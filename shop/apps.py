from django.apps import AppConfig


class ShopConfig(AppConfig):
    """The offer: products, sizes, prices, public pages."""

    name = "shop"
