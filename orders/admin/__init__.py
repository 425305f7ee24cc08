"""The console's pages about orders, one file per subject."""

from orders import hold_acts, parcel_acts
from orders.admin import checkouts, customers, figures, orders, parcels, rates, shortages
from orders.invoices import admin as invoices

__all__ = [
    "checkouts",
    "customers",
    "figures",
    "hold_acts",
    "invoices",
    "orders",
    "parcel_acts",
    "parcels",
    "rates",
    "shortages",
]
