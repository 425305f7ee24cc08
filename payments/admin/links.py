"""Checkouts that wait for their payment page, in the console."""

from config import console
from orders.models import Checkout
from payments import gateway, services
from payments.models import Payment


@console.panel(Checkout, permission="payments.view_payment")
def wait_of_checkout(checkout: Checkout) -> console.Panel | None:
    if checkout.state != Checkout.State.AWAITING_LINK:
        return None
    payment = Payment.objects.select_related("checkout").get(checkout=checkout)
    why = (
        "Stripe was not asked: calls to it had stopped."
        if payment.was_never_asked_for
        else "Stripe was asked and did not answer: whether there is a page is unknown until it does."
    )
    return console.Panel(
        "Waits for its payment page",
        ["Since", "Held until", "Why", "Calls to Stripe"],
        [
            [
                console.when(checkout.created_at),
                console.when(checkout.expires_at),
                why,
                gateway.breaker.state().next_words,
            ]
        ],
    )


console.todo(
    "checkouts that wait for their payment page",
    lambda: Checkout.objects.filter(pk__in=services.waiting_for_links().order_by().values("checkout")),
    one="checkout that waits for its payment page",
    at="admin:orders_checkout_changelist",
    query="state__exact=awaiting_link",
    permission="orders.view_checkout",
    urgency=console.URGENT,
)
