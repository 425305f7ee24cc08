from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """Things: what is on the shelf, what is promised, every movement."""

    name = "inventory"

    def ready(self) -> None:
        from datetime import timedelta

        from config import periodic
        from inventory import books, exports, mail_samples, tasks  # noqa: F401 (signs up the room's rules)

        mail_samples.sign_up()
        periodic.register("look at all stock", timedelta(hours=1), tasks.look_at_everything)
