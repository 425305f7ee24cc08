"""Run the Stripe simulator in a process of its own."""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import threading
from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from payments import simulator
from payments.simulator.guard import refusal


class Command(BaseCommand):
    help = (
        "Run a local stand-in for Stripe: API, payment page and signed webhooks, with its own SQLite file. "
        "Point the shop at it with STRIPE_API_BASE. It moves no money and refuses to start beside a live key, "
        "or with DEBUG off unless told so twice. Stop it with Ctrl-C."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument(
            "--port", type=int, default=12111, help="port to listen on (default: %(default)s)"
        )
        parser.add_argument("--db", default="var/simulator.sqlite3", help="its file (default: %(default)s)")
        parser.add_argument(
            "--public-url", help="how browsers reach its pages (default: STRIPE_API_BASE, else HOST:PORT)"
        )
        parser.add_argument(
            "--webhook-url",
            help="where events go, signed with STRIPE_WEBHOOK_SECRET (default: PUBLIC_BASE_URL/payments/webhook/)",
        )
        parser.add_argument("--control", action="store_true", help="open the control API to this machine")
        parser.add_argument(
            "--allow-without-debug", action="store_true", help="start although DEBUG is off, and"
        )
        parser.add_argument(
            "--yes-this-is-not-production", action="store_true", help="confirm it; both are needed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        why_not = refusal(
            keys=_keys(),
            debug=settings.DEBUG,
            allowed_without_debug=options["allow_without_debug"],
            not_production=options["yes_this_is_not_production"],
        )
        if why_not:
            raise CommandError(why_not)
        stopping = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopping.set())
        self._run(options, stopping)

    def _run(self, options: dict[str, Any], stopping: threading.Event) -> None:
        logging.getLogger("payments.simulator").setLevel(logging.INFO)
        try:
            running = simulator.Simulator(
                options["db"],
                host=options["host"],
                port=options["port"],
                public_url=options["public_url"] or _public_url(),
                shop_name=getattr(settings, "SHOP_NAME", ""),
                webhook_url=options["webhook_url"]
                or f"{settings.PUBLIC_BASE_URL.rstrip('/')}/payments/webhook/",
                webhook_secret=_webhook_secrets(),
                control=options["control"],
            )
        except (OSError, ValueError, sqlite3.Error) as error:
            raise CommandError(f"The simulator cannot start: {error}") from error
        with running:
            self.stdout.write(f"Stripe simulator on {running.url}; no card is charged. Ctrl-C stops it.")
            stopping.wait()
        self.stdout.write("Stripe simulator stopped.")


def _keys() -> list[str]:
    return [settings.STRIPE_SECRET_KEY or "", os.environ.get("STRIPE_SECRET_KEY", "")]


def _public_url() -> str | None:
    """The address by which the shop knows Stripe is the one that browsers are sent to."""
    return (
        None if urlsplit(settings.STRIPE_API_BASE).hostname == "api.stripe.com" else settings.STRIPE_API_BASE
    )


def _webhook_secrets() -> list[str]:
    """The shop's own secrets: while one is being changed there are two, and both sign every webhook."""
    return [secret for secret in settings.STRIPE_WEBHOOK_SECRETS if secret]
