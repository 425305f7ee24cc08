"""What an invoice may say of a payment: at the counter, or the brand of the card and its last four digits."""

from orders.models import Order
from payments.models import Payment


def payment_facts(order: Order) -> dict[str, str] | None:
    """Brand and last four digits of the card that an order was paid with; `at` where no card of ours was asked for it.

    None if nothing was to be paid.
    """
    if order.is_for_counter:
        return {"at": "counter"}
    payment = (
        Payment.objects.filter(order=order).exclude(card_last4="").only("card_brand", "card_last4").first()
    )
    return {"brand": payment.card_brand, "last4": payment.card_last4} if payment else None
