from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People: customers, staff, sign-in, addresses."""

    name = "accounts"

    def ready(self) -> None:
        from accounts import books  # noqa: F401 (signs up the room's rules)
