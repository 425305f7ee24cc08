"""What this room writes to people. Each mail has a stable Message-ID, made from its key."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_noop

from config import languages, mail
from orders.models import Fulfilment, Order, OrderEvent, OrderLine
from orders.personal_data import written_to
from orders.words import status_of, tax_parts_of

MOST_LINKS = 20


def send_confirmation(order_id: int) -> None:
    """Send the whole order to its customer. The order's timeline remembers it, so that a second run sends nothing.

    Should the machine stop between the mail and the note, the repeated mail has the same Message-ID.
    """
    from orders.services.backorders import waits_by_line  # the services enqueue the mails

    order = Order.objects.select_related("checkout").get(pk=order_id)
    key = f"confirmation {order.number}"
    if OrderEvent.objects.filter(key=key).exists():
        return
    lines = list(OrderLine.objects.filter(order=order, replaces=None))
    with languages.spoken(order.language):
        words = words_of_confirmation(order, lines, waits=sum(waits_by_line(order, lines).values()))
        mail.send("orders/email/confirmation", order.email, words, key=key)
    OrderEvent.objects.get_or_create(
        key=key,
        defaults={"order": order, "words": gettext_noop("Confirmation mailed."), "is_public": True},
    )


def send_shipped(fulfilment_id: int) -> None:
    """Tell the customer which pieces are on their way, with whom, and what is still to come.

    Whoever paid at the counter has them in their hands.
    """
    parcel = Fulfilment.objects.select_related("order").get(pk=fulfilment_id)
    order = parcel.order
    if order.is_for_counter:
        return
    with languages.spoken(order.language):
        context = {
            **_words_of(order),
            "parcel": parcel,
            "lines": [(row.line, row.quantity) for row in parcel.lines.select_related("line")],
            "is_last": not order.lines.filter(quantity__gt=F("cancelled") + F("shipped")).exists(),
        }
        mail.send("orders/email/shipped", order.email, context, key=f"shipped {parcel.pk} {order.number}")


def send_cancelled(order_id: int, *, key: str, pieces: dict[int, int]) -> None:
    """Tell the customer which pieces (position: how many) will not come, and what becomes of their money."""
    order = Order.objects.get(pk=order_id)
    with languages.spoken(order.language):
        lines = [(line, pieces[line.position]) for line in order.lines.all() if line.position in pieces]
        context = words_of_cancelled(order, lines)
        mail.send("orders/email/cancelled", order.email, context, key=f"cancelled {key} {order.number}")


REFUNDED = {
    "card": "orders/email/refunded",
    "credit": "orders/email/refunded_as_credit",
    "cash": "orders/email/refunded_in_cash",
}


def send_refunded(order_id: int, amount: int, *, key: str, method: str = "card") -> None:
    """Tell the customer that `amount` minor units are on their card again, are store credit, or were handed over."""
    order = Order.objects.get(pk=order_id)
    with languages.spoken(order.language):
        context = words_of_refund(order, amount)
        mail.send(REFUNDED[method], order.email, context, key=f"refunded {key} {order.number}")


def send_order_links(email: str, *, number: str, request_key: str) -> None:
    """Send the links to the orders under this address, or to the one with this number, to the address on file.

    Sends nothing if there is no such order: whoever asked is told nothing either way.
    """
    found = list(orders_for(email, number))
    if found:
        with languages.spoken(found[0].language):
            context = {"links": [(order, link_to(order)) for order in found]}
            mail.send("orders/email/links", found[0].email, context, key=f"links {request_key}")


def orders_for(email: str, number: str) -> QuerySet[Order]:
    """Return the newest orders that were placed with this address, whatever its capitals."""
    named = Q(number=number) if number else Q()
    return Order.objects.filter(named, written_to(email)).order_by("-pk")[:MOST_LINKS]


def words_of_confirmation(order: Order, lines: Iterable[OrderLine], *, waits: int = 0) -> dict[str, object]:
    """The words of the mail; `waits` is how many pieces have not come in yet."""
    lines = list(lines)
    return {
        **_words_of(order),
        "lines": lines,
        "tax_parts": tax_parts_of(order, lines),
        "status": status_of(order, waits=waits),
        "invoice_link": settings.PUBLIC_BASE_URL + order.get_invoice_url(),
    }


def words_of_cancelled(order: Order, lines: list[tuple[OrderLine, int]]) -> dict[str, object]:
    is_whole = order.state == Order.State.CANCELLED
    return {**_words_of(order), "lines": lines, "is_whole": is_whole, "status": status_of(order)}


def words_of_refund(order: Order, amount: int) -> dict[str, object]:
    invoice_link = settings.PUBLIC_BASE_URL + order.get_invoice_url()
    return {**_words_of(order), "amount": amount, "invoice_link": invoice_link}


def _words_of(order: Order) -> dict[str, object]:
    return {"order": order, "link": link_to(order)}


def link_to(order: Order) -> str:
    """The whole address of the order's page: a guest's carries the token, a customer's asks to sign in."""
    return settings.PUBLIC_BASE_URL + order.get_absolute_url()
