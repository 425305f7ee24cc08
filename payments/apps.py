from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Money: Stripe sessions, the webhook, settling; the one room that knows Stripe."""

    name = "payments"
