"""The console's pages about stock, one file per subject."""

from inventory import transfer_acts
from inventory.admin import alerts, backorders, counts, items, receipts, shelf

__all__ = ["alerts", "backorders", "counts", "items", "receipts", "shelf", "transfer_acts"]
