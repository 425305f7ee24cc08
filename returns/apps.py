from datetime import timedelta

from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    """Second thoughts: requests, inspection, what follows from them."""

    name = "returns"

    def ready(self) -> None:
        from accounts import personal
        from config import periodic, toggles
        from payments.demo import further
        from returns import (  # noqa: F401 (rules; listens)
            books,
            exports,
            mail_samples,
            personal_data,
            receivers,
            scan,
            services,
            tables,
            tasks,
        )
        from shop.content import inserts

        mail_samples.sign_up()
        toggles.register(
            "returns",
            label="Returns",
            says="Customers can ask for returns themselves; while it is off, staff still can for them.",
        )
        periodic.register("follow returns", timedelta(minutes=5), tasks.follow_returns)
        periodic.register("purge photos of returns", timedelta(days=1), tasks.purge_photos)
        personal.register("return photos", export=services.export_photos, erase=services.erase_photos)
        personal.register(
            "returns",
            export=personal_data.export_returns,
            erase=personal_data.erase_returns,
            blocks=personal_data.why_not_yet,
        )
        inserts.register("returns", tables.terms)
        further.register("returns", "returns.demo.telling")
