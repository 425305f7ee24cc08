"""The ground of the house, and the console as Django sees it."""

from datetime import timedelta

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin import apps as admin_apps


class GroundConfig(AppConfig):
    """Plumbing without business words: background work, throttles, health."""

    name = "config"
    label = "config"
    default = True

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from config import (  # noqa: F401  (background hears failed tasks)
            background,
            breaker,
            maintenance,
            messages,
            periodic,
            tasks,
            toggles,
        )

        for folder in settings.LOCALE_PATHS:
            messages.compile_all(folder)
        maintenance.sign_up()
        post_migrate.connect(toggles.make_rows, sender=self)
        post_migrate.connect(breaker.make_rows, sender=self)
        periodic.register("prune", timedelta(hours=1), tasks.prune)
        periodic.register("prove the books", timedelta(minutes=5), tasks.prove_books)


class ConsoleConfig(admin_apps.AdminConfig):
    """Django Admin under the shop's own name."""

    default_site = "config.console.Console"
    default = False
