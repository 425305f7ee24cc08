"""The demo shop's places and its opening stock."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from django.db import transaction

from inventory import services
from inventory.models import Location, Receipt, StockItem, StockMovement

OPENING = "opening stock"
SUPPLIER = "Demo supplier"
# Of so many at the opening no more than so few are kept.
SMALL_STOCK, FEW = 60, 3
PLACES = {
    "main": ("Main warehouse", True, 10),
    "shop-floor": ("Shop floor", True, 20),
    "damaged": ("Damaged", False, 90),
}


def seed_places() -> dict[str, Location]:
    """The places by code: two that sell, one that does not."""
    return {
        code: Location.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "is_sellable": is_sellable,
                "is_damaged": code == "damaged",
                "priority": priority,
            },
        )[0]
        for code, (name, is_sellable, priority) in PLACES.items()
    }


def seed_thresholds(stocks: Mapping[str, int]) -> None:
    """Goods of which the demo never holds many are low at `FEW` pieces, not at what their price says."""
    small = [sku for sku, stock in stocks.items() if stock <= SMALL_STOCK]
    for start in range(0, len(small), services.MOST_SKUS):
        items = StockItem.objects.filter(sku__in=small[start : start + services.MOST_SKUS])
        items.filter(low_stock_threshold=None).update(low_stock_threshold=FEW)


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


@transaction.atomic
def seed_receipt(skus: Iterable[str], place: Location) -> None:
    """A delivery that is on its way to a place, once; nothing of it has come yet."""
    place = Location.objects.select_for_update().get(pk=place.pk)
    if not Receipt.objects.exists():
        pieces = {sku: 12 * number for number, sku in enumerate(islice(skus, 3), start=1)}
        services.expect_receipt(pieces, location=place, supplier=SUPPLIER, delivery_note="DN-1001")
