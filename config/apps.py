"""The ground of the house, and the console as Django sees it."""

from datetime import timedelta

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class GroundConfig(AppConfig):
    """Plumbing without business words: background work, throttles, health."""

    name = "config"
    label = "config"
    default = True

    def ready(self) -> None:
        from config import background, periodic, tasks  # noqa: F401  (background hears failed tasks)

        periodic.register("prune", timedelta(hours=1), tasks.prune)


class ConsoleConfig(admin_apps.AdminConfig):
    """Django Admin under the shop's own name."""

    default_site = "config.console.Console"
    default = False
