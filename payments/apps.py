from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Money: Stripe sessions, the webhook, settling; the one room that knows Stripe."""

    name = "payments"

    def ready(self) -> None:
        from payments import books  # noqa: F401 (signs up the room's rules)
