"""Every act that moves stock. Nothing else in the shop writes a stock figure."""

from inventory.services.errors import AlreadyBooked, InventoryError, NotEnough, OutOfStock
from inventory.services.opening import MOST_SKUS, receive_many
from inventory.services.promises import allocate, deallocate, release, reserve, ship
from inventory.services.shelf import adjust, available, put_back, receive

__all__ = [
    "MOST_SKUS",
    "AlreadyBooked",
    "InventoryError",
    "NotEnough",
    "OutOfStock",
    "adjust",
    "allocate",
    "available",
    "deallocate",
    "put_back",
    "receive",
    "receive_many",
    "release",
    "reserve",
    "ship",
]
