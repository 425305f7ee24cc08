"""An order that was bought and paid for without a screen, was sent, and has arrived."""

from config.tests.browser import Buyer
from config.tests.running import RunningShop
from orders import services as orders
from orders.models import Order
from payments import services as payments
from payments.models import Payment
from shop.models import Variant


def sold(shop: RunningShop, *variants: Variant, email: str = "guest@example.com") -> Order:
    """A guest's order of a piece of each; a variant that is given twice is bought twice."""
    buyer = Buyer(shop.url)
    for variant in variants:
        buyer.put_into_cart(variant.pk)
    paid = buyer.press_pay(buyer.look_at_checkout(email))
    shop.stripe.pay(paid.headers["Location"])
    shop.stripe.control("webhooks/flush")
    order = Order.objects.latest("pk")
    payment = Payment.objects.get(order=order)
    payments.settle(payment, amount=payment.amount)
    pieces = {line.position: line.quantity for line in order.lines.all()}
    orders.deliver(orders.ship(order, pieces, key=f"parcel of {order.number}"))
    return Order.objects.get(pk=order.pk)
