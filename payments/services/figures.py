"""What came in and went back over a stretch of time, by the money ledger."""

from dataclasses import dataclass

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from config.period import Period
from payments.models import Payment, PaymentEvent, Refund

Kind = PaymentEvent.Kind
Result = PaymentEvent.Result


@dataclass(frozen=True)
class Taken:
    """Minor units that cards were charged, those that went back to them, and what was taken at the counter.

    Refunds that came to nothing afterwards are taken off; what went back as store credit or in cash is not in it.
    """

    captured: int
    refunded: int
    at_counter: int = 0

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
    """The same, each with the `way` of its money: back by a Refund.Method, in by card or as a Payment.TakenIn."""
    ways = Refund.objects.filter(operation=OuterRef("operation")).order_by().values("method")
    at_counter = When(payment__method=Payment.Method.COUNTER, then=F("payment__taken_in"))
    way_in = Case(at_counter, default=Value(Refund.Method.CARD.value))
    return events.annotate(way=Coalesce(Subquery(ways), way_in))


def taken(period: Period) -> Taken:
    """What cards were charged in it, what went back to them, and what was taken at the counter; two queries."""
    events = events_in(period)
    otherwise = Refund.objects.filter(operation=OuterRef("operation")).exclude(method=Refund.Method.CARD)
    done = events.filter(result=Result.SUCCEEDED).aggregate(
        captured=Sum("amount", filter=Q(kind=Kind.CAPTURE, payment__method=Payment.Method.CARD)),
        at_counter=Sum("amount", filter=Q(kind=Kind.CAPTURE, payment__method=Payment.Method.COUNTER)),
        refunded=Sum("amount", filter=Q(kind=Kind.REFUND) & ~Q(Exists(otherwise))),
    )
    back = undone(events).filter(kind=Kind.REFUND).aggregate(sum=Sum("amount"))["sum"] or 0
    return Taken(done["captured"] or 0, (done["refunded"] or 0) - back, done["at_counter"] or 0)
