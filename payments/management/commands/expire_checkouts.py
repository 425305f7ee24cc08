"""`manage.py expire_checkouts`"""

from django.core.management.base import BaseCommand, CommandError

from payments import services


class Command(BaseCommand):
    help = (
        "End the checkouts whose time is over: expire the session at Stripe, then free the stock. One that turns out "
        "to be paid becomes an order. The worker does this by itself; safe to run twice at once."
    )

    def handle(self, **options: object) -> None:
        tally = services.expire_checkouts()
        self.stdout.write(f"{tally.seen} were over: {tally.repaired} ended, {tally.undecided} undecided.")
        if tally.undecided:
            raise CommandError("Stripe did not answer for all of them; they are tried again.")
