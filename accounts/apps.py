from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People: customers, staff, sign-in, addresses."""

    name = "accounts"
