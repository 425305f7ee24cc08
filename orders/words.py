"""An order in words for people: where it stands, what happens next, how much tax is in it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from orders.models import Order, OrderLine

P = Order.PaymentState
F = Order.FulfilmentState


@dataclass(frozen=True)
class Status:
    """Where an order stands: a title, what happens next, and a tone ("good", "wait", "over")."""

    title: str
    next: str
    tone: str


def status_of(order: Order) -> Status:
    """Say where the order stands; no query."""
    if order.state == Order.State.CANCELLED:
        return Status("Cancelled", _money_of_cancelled(order), "over")
    if order.payment_state in {P.VOIDED, P.EXPIRED}:
        return Status(
            "Payment released",
            "Nothing was charged. Please order again if you still want these things.",
            "over",
        )
    if order.payment_state == P.REFUNDED:
        return Status("Refunded", "We paid everything back. Banks take up to ten days to show it.", "over")
    if order.fulfilment_state == F.DELIVERED:
        return Status("Delivered", "We hope everything is as you wished.", "good")
    if order.fulfilment_state == F.SHIPPED:
        return Status("On its way", "Everything has left our warehouse.", "good")
    if order.fulfilment_state == F.PARTIAL:
        return Status("Partly on its way", "A part has left our warehouse; the rest follows.", "good")
    if order.payment_state == P.AWAITING:
        return Status("Awaiting payment", "We start as soon as your payment is confirmed.", "wait")
    return Status("Being prepared", _delivery_words(order), "wait")


def _money_of_cancelled(order: Order) -> str:
    if order.payment_state in {P.REFUNDED, P.PART_REFUNDED}:
        return "We paid your money back. Banks take up to ten days to show it."
    if order.payment_state in {P.CAPTURED, P.PART_CAPTURED}:
        return "We are paying your money back."
    return "Your card was not charged; the amount held on it is released."


def _delivery_words(order: Order) -> str:
    arrives = f" Delivery takes {days(order.delivery_days)}." if order.delivery_days else ""
    return f"We pack it now and charge your card when it ships.{arrives}"


_PAYMENT_WORDS = {
    P.AWAITING: "Not confirmed yet.",
    P.AUTHORISED: "The amount is held on your card. It is charged when your order ships.",
    P.PART_CAPTURED: "A part was charged, for what has shipped.",
    P.CAPTURED: "Paid.",
    P.PART_REFUNDED: "Paid; a part was paid back.",
    P.REFUNDED: "Paid back.",
    P.VOIDED: "Released. Your card was not charged.",
    P.EXPIRED: "Released. Your card was not charged.",
}


def payment_words_of(order: Order) -> str:
    """Say what has become of the money, as customers see it."""
    return _PAYMENT_WORDS[P(order.payment_state)]


def days(span: str) -> str:
    """Say a span such as "2-4" in words: "2 to 4 working days"."""
    first, _, last = span.partition("-")
    if not last or first == last:
        return "1 working day" if first == "1" else f"{first} working days"
    return f"{first} to {last} working days"


def tax_parts_of(order: Order, lines: Iterable[OrderLine]) -> list[tuple[str, int]]:
    """Return what the tax is made of: ("19 %", amount) per rate of the goods, and the tax on delivery."""
    parts: dict[int, int] = defaultdict(int)
    for line in lines:
        parts[line.tax_rate] += line.tax
    named = [
        (f"{rate / 100:g} % on goods", amount)
        for rate, amount in sorted(parts.items(), reverse=True)
        if amount
    ]
    return [*named, ("on delivery", order.shipping_tax)] if order.shipping_tax else named


def steps_of(order: Order) -> list[tuple[str, bool]]:
    """Return the way of an order that is not over: (step, whether it is behind us); [] for one that is."""
    if status_of(order).tone == "over":
        return []
    shipped = order.fulfilment_state in {F.PARTIAL, F.SHIPPED, F.DELIVERED}
    delivered = order.fulfilment_state == F.DELIVERED
    paid = order.payment_state != P.AWAITING
    shipping = "Partly shipped" if order.fulfilment_state == F.PARTIAL else "Shipped"
    return [("Ordered", True), ("Payment confirmed", paid), (shipping, shipped), ("Delivered", delivered)]


def contents_of(order: Order) -> str:
    """Say what is in an order in few words; reads `order.lines`, which a list loads beforehand."""
    lines = list(order.lines.all())
    if not lines:
        return ""
    more = len(lines) - 1
    return lines[0].name + (f" and {more} more {'thing' if more == 1 else 'things'}" if more else "")
