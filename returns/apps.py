from datetime import timedelta

from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    """Second thoughts: requests, inspection, what follows from them."""

    name = "returns"

    def ready(self) -> None:
        from config import periodic, toggles
        from returns import books, mail_samples, tasks  # noqa: F401 (the books sign up the room's rules)

        mail_samples.sign_up()
        toggles.register(
            "returns",
            label="Returns",
            says="Customers can ask for returns themselves; while it is off, staff still can for them.",
        )
        periodic.register("follow returns", timedelta(minutes=5), tasks.follow_returns)
