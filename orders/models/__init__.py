"""The promise: what is in the cart, what was offered, what was ordered."""

from orders.models.cart import Cart, CartLine
from orders.models.checkout import Checkout
from orders.models.delivery import ShippingMethod, ShippingRate, ShippingZone
from orders.models.fulfilment import Fulfilment, FulfilmentLine
from orders.models.hold import OrderHold
from orders.models.invoice import Invoice, InvoiceBalance, InvoiceCounter
from orders.models.offers import Offer, Promotion, Voucher
from orders.models.order import Order, OrderEvent, OrderLine
from orders.models.quota import Quota, QuotaUse
from orders.models.rates import DutyRule, TaxRate

__all__ = [
    "Cart",
    "CartLine",
    "Checkout",
    "DutyRule",
    "Fulfilment",
    "FulfilmentLine",
    "Invoice",
    "InvoiceBalance",
    "InvoiceCounter",
    "Offer",
    "Order",
    "OrderEvent",
    "OrderHold",
    "OrderLine",
    "Promotion",
    "Quota",
    "QuotaUse",
    "ShippingMethod",
    "ShippingRate",
    "ShippingZone",
    "TaxRate",
    "Voucher",
]
