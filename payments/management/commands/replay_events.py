"""`manage.py replay_events`"""

from django.core.management.base import BaseCommand, CommandParser

from payments import services
from payments.services.replaying import MOST_DIFFERENCES

EVERY = 500


class Command(BaseCommand):
    help = (
        "Act on every event of the inbox again, on a copy of the database that is thrown away afterwards, and show "
        "that payments, orders and stock end as they were: in the order in which the events came, or with --shuffle in "
        "another one. The live rows are only read, and Stripe is only asked. Needs room for a copy of the database, "
        "and a call or two to Stripe for each event. Exit code 1 if anything ends otherwise or an event fails, else 0."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--shuffle", type=int, metavar="SEED", help="Any number; the same one gives the same order."
        )

    def handle(self, *, shuffle: int | None, **options: object) -> None:
        replay = services.replay_events(seed=shuffle, progress=self._progress)
        order = "in the order in which they came" if shuffle is None else f"shuffled by {shuffle}"
        self.stdout.write(f"{replay.events} events, {order}, on a copy of {replay.rows} rows.")
        for failure in replay.failures[:MOST_DIFFERENCES]:
            self.stdout.write(f"failed: {failure}")
        for difference in replay.differences[:MOST_DIFFERENCES]:
            self.stdout.write(difference)
        self.stdout.write(f"Before: {replay.digest}\nAfter:  {replay.end_digest}")
        if not replay.is_same:
            found = f"{len(replay.differences)} rows differ, {len(replay.failures)} events failed"
            self.stdout.write(f"The end is another one: {found}.")
            raise SystemExit(1)
        self.stdout.write("The end is the same.")

    def _progress(self, done: int, of: int) -> None:
        if done % EVERY == 0:
            self.stderr.write(f"{done} of {of} events")
