from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People: customers, staff, sign-in, addresses."""

    name = "accounts"

    def ready(self) -> None:
        from accounts import audit, books, receivers  # noqa: F401  (sign up the rules, hear sign-ins and staff)
