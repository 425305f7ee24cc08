"""How many pieces of a thing there are, as one value to compare."""

from typing import NamedTuple

from inventory.models import StockLevel
from shop.models import Variant


class Stock(NamedTuple):
    on_hand: int
    reserved: int
    allocated: int


def stock_of(variant: Variant) -> Stock:
    return Stock(
        *StockLevel.objects.values_list("on_hand", "reserved", "allocated").get(item=variant.stock_item)
    )
