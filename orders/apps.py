from datetime import timedelta

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """The promise: cart, checkout, orders."""

    name = "orders"

    def ready(self) -> None:
        from accounts import personal
        from config import kept, periodic, toggles
        from orders import (  # noqa: F401 (rules; listens)
            books,
            cart_cookie,
            charge_books,
            delivery,
            exports,
            invoice_books,
            mail_samples,
            personal_data,
            receivers,
            tables,
            tasks,
            voucher_books,
        )
        from orders.invoices import checks  # noqa: F401 (signs itself up)
        from orders.invoices import personal as invoices
        from orders.services import quotas
        from shop import flash, pages
        from shop.content import inserts
        from shop.delivery import register

        toggles.register(
            "vouchers",
            label="Vouchers",
            says="Customers can type the code of a voucher in, and those in carts count. Promotions go on either way.",
        )
        mail_samples.sign_up()
        pages.personalise(cart_cookie.NAME, cart_cookie.badge_of)
        periodic.register("forget old carts", timedelta(days=1), tasks.forget_old_carts)
        periodic.register("let go what was short", timedelta(hours=1), tasks.release_held)
        periodic.register("issue missing invoices", timedelta(minutes=10), tasks.issue_missing_documents)
        register(delivery.usual_days)
        flash.count_by(quotas.taken)
        personal.register("cart", export=personal_data.export_cart, erase=personal_data.erase_carts)
        personal.register(
            "checkouts", export=personal_data.export_checkouts, erase=personal_data.erase_checkouts
        )
        personal.register(
            "orders",
            export=personal_data.export_orders,
            erase=personal_data.erase_orders,
            blocks=personal_data.why_not_yet,
        )
        personal.register("invoices", export=invoices.export_invoices, erase=invoices.erase_invoices)
        kept.register(tables.cart)
        inserts.register("delivery", tables.delivery)
