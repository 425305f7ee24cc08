"""The whole seeding, step by step; every step leaves alone what an earlier run has done."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from pathlib import Path

from django.db import connection

from accounts.demo import OWNER, Logins, demo_customers, seed_people
from accounts.models import User
from config import books
from inventory.demo import seed_places, seed_receipt, seed_stock, seed_thresholds, split
from orders.demo import seed_offers, seed_rates
from payments.demo import history
from payments.demo.clock import real_now, shop_time
from payments.demo.opinions import seed_opinions
from payments.demo.plan import Visit, plan_visits
from payments.demo.progress import Progress
from payments.demo.simulator import Simulator
from payments.services.store_credit import AlreadyBooked, grant
from shop.demo import flash
from shop.demo import seeding as shop
from shop.services import StoredPicture, begin_pages

BROKEN = "Broken on arrival"
GIFT = 2500


def _give_credit() -> None:
    """A gift to the first customer, once, so that store credit can be tried."""
    with suppress(AlreadyBooked):
        grant(
            demo_customers()[0],
            amount=GIFT,
            reason="A gift to try it with",
            key="demo gift",
            by=User.objects.get(email=OWNER),
        )


@dataclass(frozen=True)
class Wishes:
    """What was asked for; `products` is None for the whole catalogue."""

    seed: int
    products: int | None
    orders: int
    days: int
    with_pictures: bool


class Seeding:
    """One run. Everything that is made is dated back from its beginning."""

    def __init__(self, wishes: Wishes, progress: Progress, logins: Path):
        self.wishes = wishes
        self.progress = progress
        self.now = real_now()
        self.opening = self.now - timedelta(days=wishes.days + 1)
        self.catalogue = shop.catalogue(wishes.products)
        self.logins = Logins.at(logins)

    def furnish(self) -> None:
        """People, rates, places, goods and their stock."""
        with shop_time(self.opening):
            seed_people(self.logins)
            seed_rates()
            begin_pages(is_published=True)
            self._seed_goods()
            self._seed_stock()
        with connection.cursor() as cursor:
            # Both databases plan their queries by it; by themselves they would notice later.
            cursor.execute("ANALYZE")

    def make_history(self) -> None:
        """Let customers come. Raises NoSimulator."""
        visits = self.visits()
        if not visits:
            return
        simulator = Simulator()
        simulator.must_obey()
        self.progress.follow("Visits", history.grow(visits, simulator, now=self.now), len(visits))
        seed_opinions(self.now)
        _give_credit()

    def begin_sales(self) -> None:
        """Flash sales that begin now; the customers of the past have not seen them."""
        flash.seed_flash_sales(self.now)

    def make_offers(self) -> None:
        """Promotions and vouchers begin after the visits, so that these are the same with and without."""
        seed_offers()

    def visits(self) -> list[Visit]:
        return plan_visits(
            self.catalogue,
            orders=self.wishes.orders,
            days=self.wishes.days,
            seed=self.wishes.seed,
            towns=len(history.TOWNS),
        )

    def prove(self) -> list[str]:
        """What contradicts the books, in sentences."""
        return [f"{found.code}: {found.sentence}" for found in books.verify().violations]

    def _seed_goods(self) -> None:
        shelves = shop.seed_categories()
        album = self._draw(shop.pictures_of(self.catalogue), "Pictures")
        self.progress.follow(
            "Products",
            shop.seed_catalogue(self.catalogue, shelves, album, now=self.now),
            len(self.catalogue),
        )
        further = max((self.wishes.products or 0) - len(self.catalogue), 0)
        if not further:
            return
        looks = shop.shared_looks(self._long_shelf())
        shared = self._draw(shop.shared_pictures_of(self._long_shelf(), looks), "Shared pictures")
        steps = shop.seed_long_shelf(self._long_shelf(), shelves, looks, shared, now=self.now)
        self.progress.follow("Further products", steps, further)

    def _long_shelf(self) -> Iterable[shop.DemoProduct]:
        return shop.long_shelf(self.wishes.products, self.wishes.seed)

    def _draw(self, wanted: Sequence[shop.Picture], what: str) -> dict[shop.PictureSpec, list[StoredPicture]]:
        album: dict[shop.PictureSpec, list[StoredPicture]] = {}
        if not wanted or not self.wishes.with_pictures:
            return album

        def draw() -> Iterable[int]:
            for done, (spec, picture) in enumerate(shop.draw_and_store(wanted), start=1):
                album.setdefault(spec, []).append(picture)
                yield done

        self.progress.follow(what, draw(), len(wanted))
        return album

    def _seed_stock(self) -> None:
        places = seed_places()
        stocks = shop.stocks_of(chain(self.catalogue, self._long_shelf()))
        seed_thresholds(stocks)
        for code, pieces in split(stocks).items():
            place = places[code]
            steps = seed_stock(pieces.items(), place, reason="" if place.is_sellable else BROKEN)
            self.progress.follow(
                f"SKUs, {place.name.lower()}", steps, sum(1 for each in pieces.values() if each)
            )
        seed_receipt(stocks, places["main"])
