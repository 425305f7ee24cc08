from datetime import timedelta

from django.apps import AppConfig
from django.conf import settings


class PaymentsConfig(AppConfig):
    """Money: Stripe sessions, the webhook, settling; the one room that knows Stripe."""

    name = "payments"

    def ready(self) -> None:
        from accounts import personal
        from config import kept, periodic, toggles
        from orders import services as orders
        from payments import (  # noqa: F401 (the books sign up the room's rules)
            books,
            counter_books,
            credit_books,
            dispute_books,
            exports,
            invoice_books,
            line,
            mail_samples,
            personal_data,
            tasks,
        )
        from payments.services.facts import payment_facts

        mail_samples.sign_up()
        kept.register(line.kept)
        toggles.register(
            "guest checkout",
            label="Guest checkout",
            says="Whoever has no account can order as well; while it is off, the checkout asks to sign in.",
        )
        toggles.register(
            "cash",
            label="Pay at the counter",
            says="Customers who collect may pay at the counter, in cash or by card.",
            default=False,
        )
        orders.name_payments_by(payment_facts)

        periodic.register("expire checkouts", timedelta(seconds=20), tasks.expire_checkouts)
        periodic.register("open payment links", timedelta(seconds=10), tasks.open_payment_links)
        periodic.register("cancel uncollected orders", timedelta(minutes=10), tasks.cancel_uncollected)
        every = timedelta(minutes=settings.RECONCILE_EVERY_MINUTES)
        periodic.register("reconcile payments", every, tasks.reconcile_payments)
        periodic.register("act before holds lapse", timedelta(minutes=10), tasks.act_before_holds_lapse)
        personal.register(
            "payments",
            export=personal_data.export_payments,
            erase=personal_data.erase,
            blocks=personal_data.why_not_yet,
        )
        personal.register(
            "store_credit",
            export=personal_data.export_store_credit,
            erase=personal_data.erase_store_credit,
            losses=personal_data.credit_lost,
        )
