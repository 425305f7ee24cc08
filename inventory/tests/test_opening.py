"""Many deliveries at once leave what one at a time leaves."""

import pytest

from inventory import services
from inventory.models import StockLevel, StockMovement
from inventory.tests.factories import LocationFactory, StockItemFactory

pytestmark = pytest.mark.django_db


def rows():
    levels = list(StockLevel.objects.order_by("item__sku").values_list("item__sku", "on_hand", "reserved"))
    figures = ["on_hand_delta", "on_hand_after", "reserved_after", "allocated_after"]
    fields = ["item__sku", "kind", "reference", "reason", *figures]
    return levels, list(StockMovement.objects.order_by("item__sku", "pk").values_list(*fields))


def keys():
    """Each movement's key, with the level that it names as a word."""
    return [
        move.key.replace(
            str(StockLevel.objects.get(item=move.item, location=move.location).pk), move.item.sku
        )
        for move in StockMovement.objects.select_related("item").order_by("item__sku")
    ]


def test_receive_many_leaves_the_rows_of_one_by_one():
    place = LocationFactory()
    for sku in ("CUP", "MUG"):
        StockItemFactory(sku=sku)
    services.receive("CUP", 3, location=LocationFactory(code="single"), cause="receipt 7", reason="New")
    services.receive("MUG", 5, location=LocationFactory(code="single"), cause="receipt 7", reason="New")
    (levels, movements), names = rows(), keys()

    assert services.receive_many({"MUG": 5, "CUP": 3}, location=place, cause="receipt 7", reason="New") == 8

    assert [row for pair in zip(levels, levels, strict=True) for row in pair] == rows()[0]
    assert [row for pair in zip(movements, movements, strict=True) for row in pair] == rows()[1]
    assert set(keys()) == set(names)


def test_receive_many_adds_to_what_is_there():
    place, item = LocationFactory(), StockItemFactory(sku="CUP")
    services.receive("CUP", 2, location=place, cause="receipt 1")
    services.reserve({"CUP": 1}, reference="checkout 1", expires_at="2030-01-01T00:00Z")

    services.receive_many({"CUP": 10}, location=place, cause="receipt 2")

    level = StockLevel.objects.get(item=item)
    assert (level.on_hand, level.reserved) == (12, 1)


def test_a_delivery_that_came_before_is_refused_whole():
    place = LocationFactory()
    for sku in ("CUP", "MUG"):
        StockItemFactory(sku=sku)
    services.receive("MUG", 1, location=place, cause="receipt 7")

    with pytest.raises(services.AlreadyBooked):
        services.receive_many({"CUP": 4, "MUG": 1}, location=place, cause="receipt 7")

    assert list(StockLevel.objects.values_list("item__sku", "on_hand")) == [("MUG", 1)]


@pytest.mark.parametrize(
    ("pieces", "says"),
    [
        ({"CUP": 0}, "A quantity must be from 1"),
        ({"CUP": 1_000_001}, "A quantity must be from 1"),
        ({"CUP": 1, "SAUCER": 1}, "no item with the SKU SAUCER"),
        ({f"CUP-{n}": 1 for n in range(services.MOST_SKUS + 1)}, "At most 300 SKUs"),
    ],
)
def test_a_delivery_that_cannot_be_changes_nothing(pieces, says):
    StockItemFactory(sku="CUP")

    with pytest.raises(services.InventoryError, match=says):
        services.receive_many(pieces, location=LocationFactory(), cause="receipt 7")

    assert not StockMovement.objects.exists()


def test_as_many_skus_as_are_allowed_arrive():
    items = [StockItemFactory() for _ in range(services.MOST_SKUS)]

    arrived = services.receive_many(
        {item.sku: 2 for item in items}, location=LocationFactory(), cause="opening"
    )

    assert arrived == 2 * services.MOST_SKUS
    assert StockLevel.objects.filter(on_hand=2).count() == services.MOST_SKUS
