"""Returns as figures over a stretch of days: how much comes back and why, how long it takes, what is paid back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, QuerySet, Sum
from django.db.models.functions import Coalesce, Trunc

from config.period import Period, on_the_wall
from orders.models import OrderLine
from orders.services.figures import sold, within
from payments.models import Refund
from returns.models import ReturnLine, ReturnRequest

_ACCEPTED = F("sellable") + F("damaged") + F("kept")


@dataclass(frozen=True)
class Rate:
    """A product: pieces of it that were sent, and how many of these are in returns that were not given up."""

    product_id: int | None
    name: str
    sent: int
    returned: int

    @property
    def percent(self) -> float:
        return self.returned * 100 / self.sent if self.sent else 0.0


def _sent_lines(period: Period | None) -> QuerySet[OrderLine]:
    """Lines that were sent, of the orders placed in these days. Replacements do not count: they were not bought."""
    lines = OrderLine.objects.filter(sold("order__"), replaces=None, shipped__gt=0).order_by()
    return lines.filter(within(period, "order__placed_at")) if period else lines


def rate_rows(period: Period | None = None) -> QuerySet[Any, Any]:
    """For each product what was sent and what of it comes back; most first."""
    grouped = _sent_lines(period).values("variant__product", "variant__product__name")
    sums = grouped.annotate(sent=Sum("shipped"), back=Sum("returned"))
    return sums.order_by("-back", "-sent", "variant__product")


def rates(period: Period, most: int) -> list[Rate]:
    """The products that come back most, by pieces; one query."""
    rows = rate_rows(period).filter(back__gt=0)[:most]
    return [
        Rate(
            row["variant__product"],
            row["variant__product__name"] or "no longer sold",
            row["sent"],
            row["back"],
        )
        for row in rows
    ]


def whole_rate(period: Period) -> Rate:
    """The same of everything together; one query."""
    lines = _sent_lines(period)
    sums = lines.aggregate(sent=Coalesce(Sum("shipped"), 0), back=Coalesce(Sum("returned"), 0))
    return Rate(None, "All", sums["sent"], sums["back"])


@dataclass(frozen=True)
class Why:
    """A reason: in how many lines it was given in these days, for how many pieces, and what these were worth."""

    reason: str
    lines: int
    pieces: int
    accepted: int
    value: int


def reasons(period: Period) -> list[Why]:
    """Why returns were asked for in these days, the most frequent first; one query."""
    rows = (
        ReturnLine.objects.filter(within(period, "request__asked_at"))
        .order_by()
        .values("reason")
        .annotate(lines=Count("pk"), pieces=Sum("requested"), taken=Sum(_ACCEPTED), worth=Sum("value"))
        .order_by("-pieces", "reason")
    )
    return [
        Why(
            str(ReturnLine.Reason(row["reason"]).label),
            row["lines"],
            row["pieces"],
            row["taken"],
            row["worth"],
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Cycle:
    """How long returns resolved in these days took from the wish to the decision."""

    count: int
    median: timedelta | None = None
    nine_of_ten: timedelta | None = None


def cycle(period: Period) -> Cycle:
    """Half of them took no longer than the median, nine of ten no longer than the other; three queries."""
    took = ExpressionWrapper(F("resolved_at") - F("asked_at"), output_field=DurationField())
    rows = ReturnRequest.objects.filter(within(period, "resolved_at")).annotate(took=took)
    count = rows.count()
    if not count:
        return Cycle(0)
    in_order = rows.order_by("took").values_list("took", flat=True)
    # The nearest rank: the smallest of which so many are no longer.
    return Cycle(count, in_order[(count + 1) // 2 - 1], in_order[-(-count * 9 // 10) - 1])


def counts(period: Period) -> dict[str, int]:
    """How many returns were asked for in these days, by the state they are in now; one query."""
    rows = ReturnRequest.objects.filter(within(period, "asked_at")).order_by().values("state")
    return {row["state"]: row["count"] for row in rows.annotate(count=Count("pk"))}


@dataclass(frozen=True)
class PaidBack:
    """Refunds of returns in one step: how many, and their sum in minor units."""

    count: int = 0
    amount: int = 0


def _paid(period: Period) -> QuerySet[Refund]:
    done = Refund.objects.filter(state=Refund.State.SUCCEEDED, cause__startswith="return RMA-")
    return done.filter(within(period, "decided_at")).order_by()


def paid_by_step(period: Period) -> dict[datetime, PaidBack]:
    """What was paid back for returns in each step; one query."""
    rows = (
        _paid(period)
        .annotate(step=Trunc("decided_at", period.step))
        .values("step")
        .annotate(count=Count("pk"), sum=Sum("amount"))
    )
    known = {on_the_wall(row["step"]): PaidBack(row["count"], row["sum"]) for row in rows}
    return {step: known.get(step, PaidBack()) for step in period.steps()}
