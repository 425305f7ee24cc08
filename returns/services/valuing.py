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
    def goods(self) -> int:
        return sum(self.lines.values())

    @property
    def total(self) -> int:
        return max(self.goods + self.shipping - self.fee, 0)


def paid_line(line: OrderLine) -> OrderLine:
    """The line that was paid for: a replacement cost nothing, what it replaces did."""
    return line.replaces or line


def given_back(lines: Iterable[OrderLine]) -> dict[int, int]:
    """How many pieces of each paid line were cancelled or paid back by returns, those of its replacements included.

    One query, however many lines; by the line's primary key.
    """
    back = {line.pk: line.cancelled for line in lines}
    taken = (
        ReturnLine.objects.filter(
            Q(line__in=back) | Q(line__replaces__in=back),
            request__state__in=ReturnRequest.SETTLED,
            request__kind=ReturnRequest.Kind.REFUND,
        )
        .order_by()
        .values_list("line_id", "line__replaces_id")
        .annotate(pieces=Sum(F("sellable") + F("damaged") + F("kept")))
    )
    for line, replaced, pieces in taken:
        back[replaced or line] += pieces
    return back


def worth(wanted: Iterable[tuple[OrderLine, int, bool]], order: Order, terms: Mapping[int, int]) -> Worth:
    """What goes back for pieces of an order: (line, pieces, whether we are at fault); `terms` is the fee by position.

    The delivery goes back with the last piece of the order: see `_is_whole`. Two queries, however many lines.
    """
    amounts: dict[int, int] = {}
    fee = 0
    paid_lines = list(order.lines.filter(replaces=None))
    back = given_back(paid_lines)
    wanted = [(line, pieces, ours) for line, pieces, ours in wanted if pieces]
    for line, pieces, ours in wanted:
        paid = paid_line(line)
        before = back[paid.pk]
        back[paid.pk] = before + pieces
        amounts[line.position] = orders.share_of(paid, before + pieces) - orders.share_of(paid, before)
        fee += 0 if ours else min(terms.get(line.position, 0) * pieces, amounts[line.position])
    shipping = order.shipping_gross if wanted and _is_whole(paid_lines, back) else 0
    return Worth(amounts, shipping, fee)


def _is_whole(paid_lines: Iterable[OrderLine], back: Mapping[int, int]) -> bool:
    """Whether nothing of the order stays with the customer: then its delivery is paid back, by policy.

    Directive 2011/83/EU, article 13: the costs of delivery are reimbursed with the goods.
    """
    return settings.RETURN_REFUNDS_DELIVERY and all(back[line.pk] >= line.quantity for line in paid_lines)
