"""What this room writes to people. Each mail has a stable Message-ID, made from its key."""

from django.conf import settings
from django.db.models import Q, QuerySet

from config import mail
from orders.models import Order, OrderEvent, OrderLine
from orders.words import status_of, tax_parts_of

MOST_LINKS = 20


def send_confirmation(order_id: int) -> None:
    """Send the whole order to its customer. The order's timeline remembers it, so that a second run sends nothing.

    Should the machine stop between the mail and the note, the repeated mail has the same Message-ID.
    """
    order = Order.objects.select_related("checkout").get(pk=order_id)
    key = f"confirmation {order.number}"
    if OrderEvent.objects.filter(key=key).exists():
        return
    lines = list(OrderLine.objects.filter(order=order))
    context = {
        "order": order,
        "lines": lines,
        "tax_parts": tax_parts_of(order, lines),
        "status": status_of(order),
        "link": link_to(order),
    }
    mail.send("orders/email/confirmation", order.email, context, key=key)
    OrderEvent.objects.get_or_create(
        key=key,
        defaults={"order": order, "words": "Confirmation mailed.", "is_public": True},
    )


def send_order_links(email: str, *, number: str, request_key: str) -> None:
    """Send the links to the orders under this address, or to the one with this number, to the address on file.

    Sends nothing if there is no such order: whoever asked is told nothing either way.
    """
    found = list(orders_for(email, number))
    if found:
        context = {"links": [(order, link_to(order)) for order in found]}
        mail.send("orders/email/links", found[0].email, context, key=f"links {request_key}")


def orders_for(email: str, number: str) -> QuerySet[Order]:
    """Return the newest orders that were placed with this address, whatever its capitals."""
    named = Q(number=number) if number else Q()
    return Order.objects.filter(named, email__iexact=email).order_by("-pk")[:MOST_LINKS]


def link_to(order: Order) -> str:
    """The whole address of the order's page: a guest's carries the token, a customer's asks to sign in."""
    return settings.PUBLIC_BASE_URL + order.get_absolute_url()
