"""What pieces of an order are worth, to the cent, and what goes back for them.

A line's pieces are cut so that all of them together are worth what was paid for the line: piece by piece, in the order
in which they are cancelled and taken back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import F, Q, Sum

from orders import services as orders
from orders.models import Order, OrderLine
from returns.models import ReturnLine, ReturnRequest


@dataclass(frozen=True)
class Worth:
    """What goes back, in minor units: per line (by position), delivery, less the fee."""

    lines: Mapping[int, int]
    shipping: int
    fee: int

    @property
    def total(self) -> int:
        return max(sum(self.lines.values()) + self.shipping - self.fee, 0)


def paid_line(line: OrderLine) -> OrderLine:
    """The line that was paid for: a replacement cost nothing, what it replaces did."""
    return line.replaces or line


def given_back(line: OrderLine) -> int:
    """How many pieces of a paid line were cancelled or paid back by returns, those of its replacements included."""
    taken = ReturnLine.objects.filter(
        Q(line=line) | Q(line__replaces=line),
        request__state__in=ReturnRequest.SETTLED,
        request__kind=ReturnRequest.Kind.REFUND,
    ).aggregate(pieces=Sum(F("sellable") + F("damaged") + F("kept")))["pieces"]
    return line.cancelled + (taken or 0)


def worth(wanted: Iterable[tuple[OrderLine, int, bool]], order: Order, terms: Mapping[int, int]) -> Worth:
    """What goes back for pieces of an order: (line, pieces, whether we are at fault); `terms` is the fee by position.

    The delivery goes back with the last piece of the order: see `_is_whole`.
    """
    amounts: dict[int, int] = {}
    fee = 0
    counted: dict[int, int] = {}
    wanted = [(line, pieces, ours) for line, pieces, ours in wanted if pieces]
    for line, pieces, ours in wanted:
        paid = paid_line(line)
        before = counted.setdefault(paid.pk, given_back(paid))
        counted[paid.pk] = before + pieces
        amounts[line.position] = orders.share_of(paid, before + pieces) - orders.share_of(paid, before)
        fee += 0 if ours else min(terms.get(line.position, 0) * pieces, amounts[line.position])
    shipping = order.shipping_gross if _is_whole(order, counted) else 0
    return Worth(amounts, shipping, fee)


def _is_whole(order: Order, counted: Mapping[int, int]) -> bool:
    """Whether nothing of the order stays with the customer: then its delivery is paid back, by policy.

    Directive 2011/83/EU, article 13: the costs of delivery are reimbursed with the goods.
    """
    if not settings.RETURN_REFUNDS_DELIVERY or not counted:
        return False
    paid = order.lines.filter(replaces=None)
    return all(
        (counted[line.pk] if line.pk in counted else given_back(line)) >= line.quantity for line in paid
    )
