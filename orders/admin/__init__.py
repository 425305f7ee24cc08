"""The console's pages about orders, one file per subject."""

from orders import hold_acts, parcel_acts, voucher_acts
from orders.admin import (
    checkouts,
    customers,
    delivery,
    figures,
    flash,
    offers,
    orders,
    parcels,
    rates,
    shortages,
)
from orders.invoices import admin as invoices

__all__ = [
    "checkouts",
    "customers",
    "delivery",
    "figures",
    "flash",
    "hold_acts",
    "invoices",
    "offers",
    "orders",
    "parcel_acts",
    "parcels",
    "rates",
    "shortages",
    "voucher_acts",
]
