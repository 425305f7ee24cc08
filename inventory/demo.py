"""The demo shop's places and its opening stock."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from inventory import services
from inventory.models import Location, StockMovement

OPENING = "opening stock"
PLACES = {
    "main": ("Main warehouse", True, 10),
    "shop-floor": ("Shop floor", True, 20),
    "damaged": ("Damaged", False, 90),
}


def seed_places() -> dict[str, Location]:
    """The places by code: two that sell, one that does not."""
    return {
        code: Location.objects.get_or_create(
            code=code, defaults={"name": name, "is_sellable": is_sellable, "priority": priority}
        )[0]
        for code, (name, is_sellable, priority) in PLACES.items()
    }


def seed_stock(pieces: Iterable[tuple[str, int]], place: Location, *, reason: str = "") -> Iterator[int]:
    """Receive the opening stock of (SKU, quantity) at a place, batch by batch; yields how many SKUs are done.

    A SKU that had its opening stock there in an earlier run is passed over, as is a quantity of 0.
    """
    received = set(
        StockMovement.objects.filter(reference=OPENING, location=place).values_list("item__sku", flat=True)
    )
    todo = ((sku, quantity) for sku, quantity in pieces if quantity and sku not in received)
    done = 0
    while batch := dict(islice(todo, services.MOST_SKUS)):
        services.receive_many(batch, location=place, cause=OPENING, reason=reason)
        done += len(batch)
        yield done


def split(stocks: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Where the demo's pieces lie: each fourth SKU of plenty has some on the shop floor, a few broke on arrival."""
    plan: dict[str, dict[str, int]] = {code: {} for code in PLACES}
    for number, (sku, stock) in enumerate(stocks.items()):
        on_floor = 4 if stock >= 12 and number % 4 == 0 else 0
        plan["main"][sku] = stock - on_floor
        plan["shop-floor"][sku] = on_floor
        plan["damaged"][sku] = 1 + number % 2 if stock >= 12 and number % 15 == 0 else 0
    return plan
