"""`manage.py stress …`"""

import asyncio
import logging
import secrets
import signal
from argparse import ArgumentTypeError
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.processes import Trouble
from payments.stress.outage import Outage
from payments.stress.oversell import Oversell
from payments.stress.report import Report
from payments.stress.rush import Rush
from payments.stress.scenario import Scenario
from payments.stress.shop import Shop
from payments.stress.webhooks import Webhooks

SCENARIOS: dict[str, type[Scenario]] = {
    "oversell": Oversell,
    "webhooks": Webhooks,
    "rush": Rush,
    "outage": Outage,
}


class Command(BaseCommand):
    help = (
        "Show on a running shop of this machine that it stays right under stress: more buyers than pieces, events in "
        "storms, a rush, a payment provider that falls silent. Start one with `make demo`; it must be paid at the "
        "simulator. Each scenario makes a product of its own, drives the shop over HTTP, proves the books, prints a "
        "verdict and writes a report to var/stress/. Safe to run twice, also at once; Ctrl-C ends it with what was "
        "seen so far. The orders stay, under addresses at example.com. Exit code 0: all promises held, 1: one did "
        "not, 2: it could not run, or not to its end."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        scenarios = parser.add_subparsers(dest="scenario", required=True, metavar="SCENARIO")
        _add_oversell(scenarios)
        _add_webhooks(scenarios)
        _add_rush(scenarios)
        _add_outage(scenarios)

    def handle(self, *, scenario: str, **options: Any) -> None:
        kind = SCENARIOS[scenario]
        wanted = {each.name: options[each.name] for each in fields(kind) if each.name in options}
        run = secrets.token_hex(3).upper()
        try:
            shop = Shop.found(
                options["site"] or settings.PUBLIC_BASE_URL, options["simulator"] or settings.STRIPE_API_BASE
            )
            report = Report(scenario, run, wanted)
            self._run(kind(shop=shop, report=report, progress=self._progress, **wanted), report)
        except Trouble as trouble:
            raise CommandError(str(trouble), returncode=2) from trouble
        if report.exit_code:
            raise SystemExit(report.exit_code)

    def _run(self, scenario: Scenario, report: Report) -> None:
        """Run it to its end or to Ctrl-C, judge what was seen, clean up in any case. Raises Trouble."""
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        logging.disable(logging.WARNING)  # each call to Stripe would be a line
        try:
            scenario.prepare()
            try:
                asyncio.run(scenario.run())
            except KeyboardInterrupt:
                report.is_whole = False
                self._progress("Ended early; this is what was seen until now.")
            scenario.judge()
        finally:
            scenario.clean_up()
            logging.disable(logging.NOTSET)
            signal.signal(signal.SIGTERM, before)
        path = report.save()
        self.stdout.write("\n".join(["", *report.lines()]))
        self.stdout.write(
            f"The report is in {path} and, for machines, in {path.with_suffix('.json').name} beside it."
        )

    def _progress(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()


def _add_oversell(scenarios: Any) -> None:
    parser = _scenario(
        scenarios,
        "oversell",
        "Many more buyers than pieces, all at once. Guests fill their carts, press the button together, wait their "
        "turn where they are given a place in line, and pay at the simulator. Promised: as many orders as pieces, "
        "everybody else is told before paying, no error, the books balance.",
    )
    parser.add_argument("--buyers", type=count(1, 5000), default=500, help="guests (default: 500)")
    parser.add_argument("--stock", type=count(1, 5000), default=50, help="pieces (default: 50)")
    _add_target(parser, "start", 30_000, "95 of 100 answers to the button, all pressed at once, come within")
    _add_target(parser, "lock", 50, "on PostgreSQL 95 of 100 acts wait less than this for the shelf's row")


def _add_webhooks(scenarios: Any) -> None:
    parser = _scenario(
        scenarios,
        "webhooks",
        "Stripe tells the same again and again. Guests pay while the simulator is kept silent; then every event is "
        "delivered many times in parallel and in any order, while the guests come back and two reconciliations run. "
        "Promised: one order, one confirmation and one invoice for each, every event is taken, the books balance. "
        "Needs a worker.",
    )
    parser.add_argument("--orders", type=count(1, 2000), default=100, help="payments (default: 100)")
    parser.add_argument(
        "--times", type=count(1, 100), default=20, help="how often each event comes (default: 20)"
    )
    _add_target(parser, "answer", 1000, "95 of 100 answers to an event come within")


def _add_rush(scenarios: Any) -> None:
    parser = _scenario(
        scenarios,
        "rush",
        "Payments are started at a rate that does not ask how the shop likes it, beside readers of the catalogue. "
        "Carts are filled before the clock runs; who is given a place in line comes back when it is their turn; what "
        "was accepted is paid at the end. The sender shares the machine with the shop, so it has some connections and "
        "uses them as fast as it can: it is said how many starts were really sent. Promised: what is accepted is "
        "answered quickly and becomes an order, the catalogue stays quick, nothing is oversold, no error, the books "
        "balance.",
    )
    parser.add_argument(
        "--rps", type=count(1, 5000), default=1000, help="starts of payment a second (default: 1000)"
    )
    parser.add_argument("--seconds", type=count(1, 600), default=20, help="for how long (default: 20)")
    parser.add_argument(
        "--reads", type=count(1, 5000), default=20, help="pages of the catalogue a second (default: 20)"
    )
    parser.add_argument(
        "--connections",
        type=count(0, 20_000),
        default=8,
        help="most connections at once (default: 8, as many as the demo's site answers at once); "
        "0: as many as are due, each timed from when it was due",
    )
    parser.add_argument(
        "--stock", type=count(0, 1_000_000), default=0, help="pieces (default: 0, one for every start)"
    )
    _add_target(parser, "start", 500, "95 of 100 accepted starts are answered within")
    _add_target(parser, "read", 1000, "95 of 100 pages of the catalogue come within")
    _add_target(parser, "lock", 50, "on PostgreSQL 95 of 100 acts wait less than this for the shelf's row")


def _add_outage(scenarios: Any) -> None:
    parser = _scenario(
        scenarios,
        "outage",
        "The payment provider falls silent, then breaks off every call, then is back. Buyers come evenly all the time, "
        "before, during and after; who is told that the provider is away waits for the way to pay, or presses again. "
        "Promised: nearly all orders end placed and paid, none is double, who waits is mailed one link, the catalogue "
        "stays quick, the shop recovers by itself, the books balance.",
    )
    parser.add_argument(
        "--seconds",
        type=count(6, 3600),
        default=180,
        help="in all; the outage takes two thirds (default: 180)",
    )
    parser.add_argument("--buyers", type=count(1, 5000), default=200, help="guests (default: 200)")
    _add_target(parser, "read", 1000, "95 of 100 pages of the catalogue come within")
    parser.add_argument(
        "--recovery-s",
        type=count(1, 3600),
        default=60,
        help="the target: so many seconds after the provider is back nobody waits any more (default: 60)",
    )


def _scenario(scenarios: Any, name: str, words: str) -> CommandParser:
    parser = scenarios.add_parser(name, help=words.partition(".")[0], description=words)
    parser.add_argument(
        "--site", default="", help="the shop's address, of this machine (default: PUBLIC_BASE_URL)"
    )
    parser.add_argument(
        "--simulator", default="", help="the simulator's address, of this machine (default: STRIPE_API_BASE)"
    )
    return parser


def _add_target(parser: CommandParser, name: str, default: int, words: str) -> None:
    parser.add_argument(
        f"--{name}-ms",
        type=milliseconds,
        default=float(default),
        help=f"the target: {words} (default: {default})",
    )


def count(least: int, most: int) -> Callable[[str], int]:
    """A whole number in these bounds, as an argument."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or not least <= int(text[:9]) <= most:
            raise ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")
        return int(text)

    return read


def milliseconds(text: str) -> float:
    """A time above 0, as an argument."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < 1e9:
        raise ArgumentTypeError(f"{text!r} is not a number of milliseconds above 0")
    return found
