"""`manage.py seed_demo`: fills an empty shop with goods, people and a past."""

import logging
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from orders.demo import VOUCHERS
from payments.demo.claim import Claim, TakenOver, is_known
from payments.demo.progress import Progress
from payments.demo.seeding import Seeding, Wishes
from payments.demo.simulator import NoSimulator, NotHere, refuse_live
from shop.models import Product

MOST_DAYS = 28


class Command(BaseCommand):
    help = (
        "Fill an empty shop: a catalogue with drawn pictures, stock, rates, staff and customers, and two weeks of "
        "orders paid at the Stripe simulator. The same seed makes the same shop. A run that was interrupted is "
        "finished by the next one; a shop that has products is left alone. Refuses to run beside real money."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="0 to 999 (default: %(default)s)")
        parser.add_argument("--products", type=int, help="how many (default: the whole catalogue)")
        parser.add_argument("--orders", type=int, help="how many (default: 60, if the simulator is there)")
        parser.add_argument(
            "--days", type=int, default=14, help="of orders, at most 28 (default: %(default)s)"
        )
        parser.add_argument("--no-pictures", action="store_true", help="draw none")

    def handle(self, *args: Any, **options: Any) -> None:
        wishes = _wishes(options)
        # Hundreds of calls that go well are no news here.
        logging.getLogger("stripe").setLevel(logging.WARNING)
        try:
            refuse_live()
        except NotHere as error:
            raise CommandError(str(error)) from error
        if not is_known() and Product.objects.exists():
            self.stdout.write("The shop has products already: nothing was changed.")
            return
        claim = Claim()
        if not claim.take(waiting=lambda: self.stdout.write("Another seed_demo is at work: waiting for it.")):
            self.stdout.write("The demo shop is seeded already: nothing was changed.")
            return
        try:
            self._seed(wishes, claim, must_order=bool(options["orders"]))
        except TakenOver as error:
            raise CommandError(str(error)) from error
        finally:
            claim.let_go()

    def _seed(self, wishes: Wishes, claim: Claim, *, must_order: bool) -> None:
        seeding = Seeding(
            wishes, Progress(self.stdout.write, claim.renew), settings.VAR_DIR / "demo-logins.txt"
        )
        seeding.furnish()
        problem = None
        try:
            seeding.make_history()
        except NoSimulator as error:
            problem = f"No orders were made. {error}, then run seed_demo again: it goes on from here."
        else:
            seeding.begin_sales()
        if contradictions := seeding.prove():
            raise CommandError("\n".join(["The books do not balance:", *contradictions]))
        self.stdout.write("The books balance.")
        self.stdout.write(f"Logins (kept in {seeding.logins.path}):\n{seeding.logins.text}")
        if problem and must_order:
            raise CommandError(problem)
        if problem:
            self.stdout.write(self.style.WARNING(problem))
            return
        seeding.make_offers()
        self.stdout.write(f"Vouchers to try: {', '.join(VOUCHERS)}")
        claim.finish()


def _wishes(options: dict[str, Any]) -> Wishes:
    """Read the options; raises CommandError for figures that cannot be."""
    orders = 60 if options["orders"] is None else options["orders"]
    wishes = Wishes(options["seed"], options["products"], orders, options["days"], not options["no_pictures"])
    if not 0 <= wishes.seed <= 999:
        raise CommandError("--seed must be from 0 to 999.")
    if wishes.products is not None and not 1 <= wishes.products <= 1_000_000:
        raise CommandError("--products must be from 1 to 1000000.")
    if not 0 <= wishes.orders <= 2000 or not 1 <= wishes.days <= MOST_DAYS:
        raise CommandError(f"--orders must be from 0 to 2000, --days from 1 to {MOST_DAYS}.")
    return wishes
