"""What came in and went back over a stretch of time, by the money ledger."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from config.period import Period
from payments.models import PaymentEvent, Refund

Kind = PaymentEvent.Kind
Result = PaymentEvent.Result


@dataclass(frozen=True)
class Taken:
    """Minor units that cards were charged, and those that went back to them.

    Refunds that came to nothing afterwards are taken off; what went back as store credit or in cash is not in it.
    """

    captured: int
    refunded: int

    @property
    def kept(self) -> int:
        return self.captured - self.refunded

    @property
    def rate(self) -> str:
        """What went back as a share of what came in: "1.5 %"; a dash where nothing came in."""
        return f"{self.refunded * 100 / self.captured:.1f} %" if self.captured else "–"


def events_in(period: Period) -> QuerySet[PaymentEvent]:
    return PaymentEvent.objects.filter(at__gte=period.start, at__lt=period.end).order_by()


def undone(events: QuerySet[PaymentEvent]) -> QuerySet[PaymentEvent]:
    """Of these, the failures of what had succeeded before: Stripe may take a refund back."""
    done = PaymentEvent.objects.filter(
        operation=OuterRef("operation"),
        payment=OuterRef("payment"),
        kind=OuterRef("kind"),
        result=Result.SUCCEEDED,
        pk__lt=OuterRef("pk"),
    )
    return events.filter(Exists(done), result=Result.FAILED)


def with_way(events: QuerySet[PaymentEvent]) -> QuerySet[PaymentEvent]:
    """The same, each with the `way` that money takes back by it (a Refund.Method); the card's where no refund says."""
    ways = Refund.objects.filter(operation=OuterRef("operation")).order_by().values("method")
    return events.annotate(way=Coalesce(Subquery(ways), Value(Refund.Method.CARD.value)))


def taken(period: Period) -> Taken:
    """What cards were charged in it, and what went back to them; two queries."""
    events = events_in(period)
    otherwise = Refund.objects.filter(operation=OuterRef("operation")).exclude(method=Refund.Method.CARD)
    done = events.filter(result=Result.SUCCEEDED).aggregate(
        captured=Sum("amount", filter=Q(kind=Kind.CAPTURE)),
        refunded=Sum("amount", filter=Q(kind=Kind.REFUND) & ~Q(Exists(otherwise))),
    )
    back = undone(events).filter(kind=Kind.REFUND).aggregate(sum=Sum("amount"))["sum"] or 0
    return Taken(done["captured"] or 0, (done["refunded"] or 0) - back)
