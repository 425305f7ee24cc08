"""`manage.py begin_pages`: sample texts for terms, privacy, delivery and the like."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from shop import services as shop


class Command(BaseCommand):
    help = (
        "Put sample pages into the shop: about, delivery, returns, terms, privacy and imprint, in English and German. "
        "They are samples to be adapted and stay unpublished until somebody publishes them in the console. Pages that "
        "are there already stay as they are, so it may be run twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--publish", action="store_true", help="publish them at once, for a demo")

    def handle(self, *args: Any, **options: Any) -> None:
        count = shop.begin_pages(is_published=options["publish"])
        self.stdout.write(f"Pages that were missing and are there now: {count}.")
