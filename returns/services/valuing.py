"""What pieces of an order are worth, to the cent, and what goes back for them.

A line's pieces are cut so that all of them together are worth what was paid for the line: those that are cancelled
from its beginning, those that come back from its end. So they never share a cent, in whatever order both happen.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, Sum

from orders import services as orders
from orders.models import Order, OrderLine
from payments.models import Payment
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


def worth(
    wanted: Iterable[tuple[OrderLine, int, bool]],
    order: Order,
    fees: Mapping[int, int],
    *,
    refunds_delivery: bool,
) -> Worth:
    """What goes back for pieces of an order: (line, pieces, whether we are at fault); `fees` are per piece by position.

    With `refunds_delivery`, delivery goes back once nothing of the order stays with the customer, as directive
    2011/83/EU has it (article 13). Two queries, however many lines.
    """
    paid = list(order.lines.filter(replaces=None).select_related("order__payment"))
    by_pk = {line.pk: line for line in paid}
    back = _paid_back(order)
    ruler = _ruler(order, paid)
    amounts: dict[int, int] = {}
    fee = 0
    for line, pieces, is_our_fault in wanted:
        if not pieces:
            continue
        of = by_pk[line.replaces_id or line.pk]
        upto = of.quantity - back[of.pk]
        back[of.pk] += pieces
        amounts[line.position] = ruler.between(of, upto - pieces, upto)
        fee += 0 if is_our_fault else min(fees.get(line.position, 0) * pieces, amounts[line.position])
    is_whole = bool(amounts) and all(line.cancelled + back[line.pk] >= line.quantity for line in paid)
    return Worth(amounts, ruler.shipping if is_whole and refunds_delivery else 0, fee)


def _paid_back(order: Order) -> Counter[int]:
    """How many pieces of each paid line returns have paid back, those of its replacements included."""
    rows = (
        ReturnLine.objects.filter(
            request__order=order,
            request__state__in=ReturnRequest.SETTLED,
            request__kind=ReturnRequest.Kind.REFUND,
        )
        .order_by()
        .values_list("line", "line__replaces")
        .annotate(pieces=Sum(F("sellable") + F("damaged") + F("kept")))
    )
    back: Counter[int] = Counter()
    for line, replaces, pieces in rows:
        back[replaces or line] += pieces
    return back


@dataclass(frozen=True)
class _Ruler:
    """All that an order costs, laid end to end: its lines without what was cancelled, then delivery.

    Where less was settled than is owed, each stretch of it was paid in proportion, to the last minor unit.
    """

    begins: Mapping[int, int]
    owed: int
    settled: int
    delivery: int

    def between(self, line: OrderLine, first: int, last: int) -> int:
        """What was paid for the pieces of a line from one number to another."""
        start = self.begins[line.pk]
        return self._paid(start + orders.share_of(line, last)) - self._paid(
            start + orders.share_of(line, first)
        )

    @property
    def shipping(self) -> int:
        return self._paid(self.owed) - self._paid(self.owed - self.delivery)

    def _paid(self, upto: int) -> int:
        return upto if self.settled >= self.owed else upto * self.settled // self.owed


def _ruler(order: Order, paid: Sequence[OrderLine]) -> _Ruler:
    begins: dict[int, int] = {}
    end = 0
    for line in paid:
        cancelled = orders.share_of(line, line.cancelled)
        begins[line.pk] = end - cancelled
        end += line.gross - cancelled
    owed = end + order.shipping_gross
    payment: Payment | None = getattr(paid[0].order, "payment", None)
    settled = payment.paid if payment and payment.paid else owed
    return _Ruler(begins, owed, settled, order.shipping_gross)
