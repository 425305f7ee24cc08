"""Shelves for tests. Stock arrives as in life, through `inventory.services.receive`, so the books balance."""

import factory
from factory.django import DjangoModelFactory

from inventory import services as inventory
from inventory.models import Location, StockItem, StockLevel


class LocationFactory(DjangoModelFactory):
    """The one warehouse, unless another code is given."""

    class Meta:
        model = Location
        django_get_or_create = ("code",)

    code = "main"
    name = factory.LazyAttribute(lambda place: f"Warehouse {place.code}")
    is_sellable = True


class StockItemFactory(DjangoModelFactory):
    class Meta:
        model = StockItem

    sku = factory.Sequence(lambda n: f"SKU-{n:04}")
    label = factory.LazyAttribute(lambda item: f"Thing {item.sku}")


class StockLevelFactory(DjangoModelFactory):
    """What one place holds of one item; `on_hand` pieces are received with a movement."""

    class Meta:
        model = StockLevel

    item = factory.SubFactory(StockItemFactory)
    location = factory.SubFactory(LocationFactory)
    on_hand = 0

    @classmethod
    def _create(cls, model_class, *, item, location, on_hand=0):
        if on_hand == 0:
            return model_class.objects.get_or_create(item=item, location=location)[0]
        return inventory.receive(item.sku, on_hand, location=location, cause=f"opening stock of {item.sku}")
