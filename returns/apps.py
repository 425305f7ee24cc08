from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    """Second thoughts: requests, inspection, what follows from them."""

    name = "returns"
