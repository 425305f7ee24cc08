"""The promise: what is in the cart, what was offered, what was ordered."""

from orders.models.cart import Cart, CartLine
from orders.models.checkout import Checkout
from orders.models.fulfilment import Fulfilment, FulfilmentLine
from orders.models.hold import OrderHold
from orders.models.invoice import Invoice, InvoiceBalance, InvoiceCounter
from orders.models.order import Order, OrderEvent, OrderLine
from orders.models.rates import ShippingMethod, TaxRate

__all__ = [
    "Cart",
    "CartLine",
    "Checkout",
    "Fulfilment",
    "FulfilmentLine",
    "Invoice",
    "InvoiceBalance",
    "InvoiceCounter",
    "Order",
    "OrderEvent",
    "OrderHold",
    "OrderLine",
    "ShippingMethod",
    "TaxRate",
]
