from datetime import timedelta

from django.apps import AppConfig
from django.conf import settings


class PaymentsConfig(AppConfig):
    """Money: Stripe sessions, the webhook, settling; the one room that knows Stripe."""

    name = "payments"

    def ready(self) -> None:
        from config import periodic
        from payments import books, tasks  # noqa: F401 (books signs up the room's rules)

        periodic.register("expire checkouts", timedelta(seconds=20), tasks.expire_checkouts)
        every = timedelta(minutes=settings.RECONCILE_EVERY_MINUTES)
        periodic.register("reconcile payments", every, tasks.reconcile_payments)
