"""Whatever is done in whatever order, well or badly: the books balance after each act, and nothing is lost unseen."""

import random

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction

from config import books
from config.states import IllegalMove
from inventory import services
from inventory.models import Allocation, Receipt, Reservation, StockCount, StockLevel
from inventory.tests.factories import LocationFactory, StockItemFactory

pytestmark = pytest.mark.django_db
SKUS = ("CUP", "PLATE")
ACTS = 100
TOMORROW = "2030-01-01T00:00Z"


class Day:
    """A day at the warehouse, drawn by lot; what its acts refuse is written down, not passed on."""

    def __init__(self, seed):
        self.chance = random.Random(seed)  # no secret, but a day that can be lived again
        self.people = [get_user_model().objects.create_user(f"{name}@example.org") for name in "ab"]
        self.places = [
            LocationFactory(code="main"),
            LocationFactory(code="floor"),
            LocationFactory(code="damaged", is_sellable=False, is_damaged=True),
        ]
        for sku in SKUS:
            StockItemFactory(sku=sku)
            services.receive(sku, 20, location=self.places[0], cause="opening stock")
        self.number, self.done, self.refused = 0, set(), set()

    def live(self, acts):
        for _ in range(acts):
            self.number += 1
            act = self.chance.choice(
                [
                    *(
                        self.announce,
                        self.come,
                        self.come,
                        self.close,
                        self.carry,
                        self.carry,
                        self.write_off,
                    ),
                    *(self.begin, self.count, self.count, self.finish, self.finish, self.post, self.post),
                    *(self.go_on, self.discard, self.hold, self.hold, self.sell, self.ship, self.ship),
                ]
            )
            try:
                with transaction.atomic():
                    act()
            except (services.InventoryError, IllegalMove) as error:
                self.refused.add(f"{act.__name__} {type(error).__name__}")
            else:
                self.done.add(act.__name__)
            found = books.verify(books.rules_up_to("inventory")).violations
            assert found == [], f"after act {self.number}, {act.__name__}"

    def some(self, rows):
        """One of the latest rows, or a no as a person would get who finds none."""
        found = list(rows.order_by("-pk")[:3])
        if not found:
            raise services.InventoryError("There is none.")
        return self.chance.choice(found)

    def place(self):
        return self.chance.choice(self.places)

    def sku(self):
        return self.chance.choice(SKUS)

    def pieces(self, most):
        """Now and then a quantity that cannot be."""
        return self.chance.choice([0, *range(1, most + 1), *range(1, most + 1)])

    def key(self):
        """Mostly a new one; now and then that of somebody who pressed before."""
        return f"key {self.number - self.chance.choice([0, 0, 0, 1, 2])}"

    def announce(self):
        services.expect_receipt({self.sku(): self.pieces(5)}, location=self.place(), supplier="S")

    def come(self):
        pieces = {self.sku(): self.pieces(4)}
        services.receive_against(self.some(Receipt.objects.all()), pieces, key=self.key())

    def correct(self):
        receipt = self.some(Receipt.objects.all())
        services.correct_receipt(receipt, self.sku(), self.pieces(4), reason="Wrong", key=self.key())

    def close(self):
        services.close_receipt(self.some(Receipt.objects.all()))

    def carry(self):
        services.transfer(
            self.sku(),
            self.pieces(6),
            source=self.place(),
            target=self.place(),
            cause=f"transfer {self.key()}",
        )

    def write_off(self):
        services.write_off(
            self.sku(), self.pieces(2), location=self.place(), cause=self.key(), reason="Broken"
        )

    def begin(self):
        services.open_count([self.sku()], location=self.place())

    def count(self):
        count, by = self.some(StockCount.objects.filter(state="counting")), self.chance.choice(self.people)
        sku, off = self.sku(), self.chance.randint(-4, 4)
        level = StockLevel.objects.filter(item__sku=sku, location=count.location).first()
        figure = max((level.on_hand if level else 0) + off, 0)
        services.enter_count(count, sku, figure, by=by, key=self.key())

    def finish(self):
        services.finish_count(self.some(StockCount.objects.exclude(state="discarded")))

    def post(self):
        count = self.some(StockCount.objects.exclude(state="discarded"))
        services.post_count(count, by=self.chance.choice(self.people))

    def go_on(self):
        services.go_on_counting(self.some(StockCount.objects.all()))

    def discard(self):
        services.discard_count(self.some(StockCount.objects.all()))

    def hold(self):
        pieces = {self.sku(): self.chance.randint(1, 3)}
        services.reserve(pieces, reference=f"checkout {self.number}", expires_at=TOMORROW)

    def sell(self):
        hold = self.some(Reservation.objects.open())
        services.allocate(hold.reference, to={hold.item.sku: f"line {self.number}"})

    def ship(self):
        services.ship(self.some(Allocation.objects.open()).reference, 1, cause=f"parcel {self.number}")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_books_balance_after_every_act_of_any_day(seed):
    day = Day(seed)

    day.live(ACTS)

    assert day.done >= {"announce", "come", "carry", "count", "finish", "post", "ship"}
    assert len(day.refused) >= 5
    assert not StockLevel.objects.filter(on_hand__lt=0).exists()
