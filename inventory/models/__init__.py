"""What is on the shelf, what is promised to whom, and the ledger that proves both."""

from inventory.models.alerts import StockAlert
from inventory.models.backorder import Backorder
from inventory.models.counts import StockCount, StockCountLine
from inventory.models.movement import StockMovement
from inventory.models.promises import Allocation, PromiseQuerySet, Reservation
from inventory.models.receipts import Receipt, ReceiptLine
from inventory.models.shelf import (
    AVAILABLE,
    Location,
    StockItem,
    StockLevel,
    StockLevelQuerySet,
    threshold_of,
)

__all__ = [
    "AVAILABLE",
    "Allocation",
    "Backorder",
    "Location",
    "PromiseQuerySet",
    "Receipt",
    "ReceiptLine",
    "Reservation",
    "StockAlert",
    "StockCount",
    "StockCountLine",
    "StockItem",
    "StockLevel",
    "StockLevelQuerySet",
    "StockMovement",
    "threshold_of",
]
