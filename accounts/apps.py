from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """People: customers, staff, sign-in, addresses."""

    name = "accounts"

    def ready(self) -> None:
        from accounts import (  # noqa: F401  (rules; sign-ins and staff)
            audit,
            books,
            leaving,
            mail_samples,
            personal,
            receivers,
            roles,
        )

        mail_samples.sign_up()
        post_migrate.connect(roles.sync_after_migrate, dispatch_uid="accounts.sync_roles")
        personal.register("account", export=leaving.export_account, erase=leaving.stays)
        personal.register("addresses", export=leaving.export_addresses, erase=leaving.stays)
        personal.register("sign-ins", export=leaving.export_sign_ins, erase=leaving.stays)
