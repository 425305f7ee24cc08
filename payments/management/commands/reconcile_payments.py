"""`manage.py reconcile_payments`"""

import json
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments import gateway, services


class Command(BaseCommand):
    help = (
        "Compare Stripe with the books: sessions, intents, refunds, disputes and events. Every difference is a finding "
        "with its class and a sentence; one that is gone closes by itself. What was asked of Stripe and never answered "
        "is always finished. --repair also books what Stripe says, which moves no money: orders for paid sessions, "
        "what was settled, released or paid back in Stripe's dashboard, disputes, events that never came. The worker "
        "does so by itself every RECONCILE_EVERY_MINUTES. Safe to run twice at once. Exit code 1 while findings are "
        "open or something is undecided, else 0."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--hours", type=int, default=72, help="How far to look back (default: 72, at most 720)."
        )
        parser.add_argument(
            "--repair", action="store_true", help="Book what Stripe says; without it, only look."
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON object for machines.")

    def handle(self, *, hours: int, repair: bool, **options: object) -> None:
        if not 1 <= hours <= 720:
            raise CommandError("--hours must be from 1 to 720: Stripe keeps events for 30 days.")
        try:
            done = services.reconcile(since=timedelta(hours=hours), repair=repair)
        except gateway.GatewayError as error:
            raise CommandError(f"{error} Nothing more was compared; run it again.") from error
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(done), indent=2))
        else:
            self._tell(done, repair)
        if done.findings or done.undecided:
            raise SystemExit(1)

    def _tell(self, done: services.Reconciliation, repair: bool) -> None:
        walked = ", ".join(f"{count} {what}" for what, count in done.walked.items()) or "nothing"
        self.stdout.write(f"Walked at Stripe: {walked}.")
        self.stdout.write(f"{done.repaired} differences repaired, {done.undecided} undecided.")
        for finding in done.findings:
            self.stdout.write(f"{finding.kind}: {finding.sentence}")
        if not done.findings:
            self.stdout.write("No finding is open: the books say what Stripe says.")
            return
        advice = "" if repair else " --repair books what Stripe says."
        self.stdout.write(f"{len(done.findings)} findings are open; see Payments → Findings.{advice}")


def _as_json(done: services.Reconciliation) -> dict[str, object]:
    """The machine form: classes of findings are stable, sentences are not."""
    return {
        "walked": done.walked,
        "repaired": done.repaired,
        "undecided": done.undecided,
        "findings": [
            {
                "kind": finding.kind,
                "about": finding.about,
                "number": finding.payment.checkout.number if finding.payment else None,
                "sentence": finding.sentence,
                "found_at": finding.found_at.isoformat(),
            }
            for finding in done.findings
        ],
    }
