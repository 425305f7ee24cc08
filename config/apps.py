"""The ground of the house, and the console as Django sees it."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class GroundConfig(AppConfig):
    """Plumbing without business words: background work, throttles, health."""

    name = "config"
    label = "config"
    default = True


class ConsoleConfig(admin_apps.AdminConfig):
    """Django Admin under the shop's own name."""

    default_site = "config.console.Console"
    default = False
