"""`manage.py reconcile_payments`"""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments import gateway, services


class Command(BaseCommand):
    help = (
        "Compare Stripe's sessions with the books and repair what was missed: place orders for paid sessions whose "
        "events never came, finish starts and refunds without an answer, take up undecided events. The worker does "
        "this by itself every RECONCILE_EVERY_MINUTES; safe to run twice at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--hours", type=int, default=72, help="How far to look back (default: 72, at most 720)."
        )

    def handle(self, *, hours: int, **options: object) -> None:
        if not 1 <= hours <= 720:
            raise CommandError("--hours must be from 1 to 720: Stripe keeps events for 30 days.")
        try:
            tally = services.reconcile(since=timedelta(hours=hours))
        except gateway.GatewayError as error:
            raise CommandError(f"{error} Nothing more was compared; run it again.") from error
        self.stdout.write(
            f"{tally.seen} sessions seen, {tally.repaired} differences repaired, {tally.undecided} undecided."
        )
        if tally.undecided:
            raise CommandError("Some operations stay undecided until Stripe answers.")
