"""manage.py verify_books: prove that every piece of stock and every cent is accounted for."""

import json
import textwrap
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config import books


class Command(BaseCommand):
    help = (
        "Prove that every piece of stock and every cent is accounted for. Reads one snapshot of the database, changes "
        "nothing and blocks nobody. Prints each contradiction with its figures, of one rule the first "
        f"{books.MOST:,} at most; exits 1 if there is any, else 0."
    )
    requires_system_checks = []  # A page that is out of order does not keep the books from being proven.

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object for machines")
        parser.add_argument("--explain", action="store_true", help="also print every rule and its query")

    def handle(self, *args: Any, **options: Any) -> None:
        report = books.verify()
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(report, explain=options["explain"]), indent=2))
        else:
            for line in _as_text(report, explain=options["explain"]):
                self.stdout.write(line)
        if not report.balances:
            raise SystemExit(1)


def _as_json(report: books.Report, *, explain: bool) -> dict[str, object]:
    """The machine form: codes of rules and names of figures are stable, sentences are not."""
    return {
        "balances": report.balances,
        "checked_at": report.checked_at.isoformat(),
        "seconds": round(report.seconds, 3),
        "rules": [
            {"code": rule.code, "says": rule.says} | ({"sql": rule.sql} if explain else {})
            for rule in report.rules
        ],
        "violations": [
            {"code": found.code, "sentence": found.sentence, "row": found.row} for found in report.violations
        ],
        "cut_short": report.cut_short,
    }


def _as_text(report: books.Report, *, explain: bool) -> Iterator[str]:
    if explain:
        for rule in report.rules:
            yield f"{rule.code}: {rule.says}"
            yield "  It holds if this query finds nothing:"
            yield textwrap.indent(rule.sql, "    ") + "\n"
    for found in report.violations:
        yield f"{found.code}: {found.sentence}"
        yield "  " + " ".join(f"{name}={value}" for name, value in found.row.items())
    seconds = f"{len(report.rules)} rules in {report.seconds:.2f} s"
    if report.balances:
        yield f"The books balance: {seconds}."
    else:
        for code in report.cut_short:
            yield f"{code}: there are more contradictions than the first {books.MOST:,}, which are told."
        broken = len({found.code for found in report.violations})
        count = f"{'more than ' if report.cut_short else ''}{len(report.violations)} contradictions"
        yield f"The books do not balance: {count} of {broken} rules; {seconds}."
