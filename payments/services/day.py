"""One day of the shop, closed: documents, money and stock, and whether what must agree does.

A day is the shop's own, from midnight to midnight. Amounts are minor units. The sums come from ledgers; each check
holds one of them against something that was written beside it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from config.money import format_money
from config.period import Period
from inventory.models import StockLevel, StockMovement
from orders.models import FulfilmentLine, Invoice, Order
from payments.models import Payment, PaymentEvent, Refund, StoreCredit, StoreCreditEntry
from payments.services.figures import events_in, undone, with_way
from payments.services.ledger import undecided

Kind = PaymentEvent.Kind
Result = PaymentEvent.Result
# So many rows that do not agree are named.
MOST_NAMED = 20


@dataclass(frozen=True)
class Line:
    """One line of the day: what, how many, and what it comes to; either may be left out."""

    words: str
    count: int | None
    amount: int | None
    note: str = ""


@dataclass(frozen=True)
class Check:
    """Two figures that must be the same. `named` finds the rows that make the difference, if there is one."""

    words: str
    one: str
    first: int
    other: str
    second: int
    is_money: bool = True
    named: Sequence[Any] = field(default=())

    @property
    def agrees(self) -> bool:
        return self.first == self.second

    @property
    def figures(self) -> tuple[str, str, str]:
        """Both and their difference, as people read them."""
        show = format_money if self.is_money else str
        return show(self.first), show(self.second), show(self.first - self.second)


@dataclass(frozen=True)
class Day:
    """All that the page of a day says."""

    period: Period
    documents: list[Line]
    money: list[Line]
    credit: list[Line]
    stock: list[Line]
    checks: list[Check]

    @property
    def agrees(self) -> bool:
        return all(check.agrees for check in self.checks)


def close(day: date) -> Day:
    """Look at one day; a bounded number of queries, whatever happened on it."""
    period = Period.between(day, day)
    credit, credit_check = _credit(period)
    stock, stock_check, gone = _stock(period)
    checks = [
        _orders_invoiced(period),
        *_money_checks(period),
        stock_check,
        _shipped(period, gone),
        credit_check,
    ]
    return Day(period, _documents(period), _money(period), credit, stock, checks)


def _check(
    words: str,
    one: tuple[str, int],
    other: tuple[str, int],
    differing: Callable[[], Iterable[Any]],
    *,
    is_money: bool = True,
) -> Check:
    named = list(differing())[:MOST_NAMED] if one[1] != other[1] else []
    return Check(words, *one, *other, is_money, named)


def _sum(rows: QuerySet, figure: Any) -> int:
    return rows.order_by().aggregate(sum=Sum(figure))["sum"] or 0


# --- documents ----------------------------------------------------------------------------------------
def _documents(period: Period) -> list[Line]:
    issued = Invoice.objects.filter(issued_at__gte=period.start, issued_at__lt=period.end).order_by()
    rows = {
        row["kind"]: row
        for row in issued.values("kind").annotate(
            documents=Count("pk"), sum=Sum("total"), tax=Sum("tax"), first=Min("number"), last=Max("number")
        )
    }
    return [
        _issued("Invoices", rows.get(Invoice.Kind.INVOICE)),
        _issued("Credit notes", rows.get(Invoice.Kind.CREDIT_NOTE)),
    ]


def _issued(words: str, row: Mapping[str, Any] | None) -> Line:
    if row is None:
        return Line(words, 0, 0)
    numbers = row["first"] if row["documents"] == 1 else f"{row['first']} to {row['last']}"
    return Line(words, row["documents"], row["sum"], f"{numbers}, tax in them {format_money(row['tax'])}")


def _placed(period: Period) -> QuerySet[Order]:
    return Order.objects.filter(placed_at__gte=period.start, placed_at__lt=period.end).order_by("pk")


def _orders_invoiced(period: Period) -> Check:
    """Whenever an invoice was issued, and whatever was credited on it since."""
    placed = _placed(period)
    billed = Invoice.objects.filter(kind=Invoice.Kind.INVOICE, order__in=placed.order_by())
    same = Invoice.objects.filter(order=OuterRef("pk"), kind=Invoice.Kind.INVOICE, total=OuterRef("total"))
    return _check(
        "Every order of the day has its invoice",
        ("orders placed", _sum(placed, "total")),
        ("their invoices", _sum(billed, "total")),
        lambda: placed.filter(~Exists(same))[:MOST_NAMED],
    )


# --- money --------------------------------------------------------------------------------------------
def _money(period: Period) -> list[Line]:
    events = events_in(period)
    done = {
        (row["kind"], row["result"], row["way"]): (row["lines"], row["sum"])
        for row in with_way(events)
        .values("kind", "result", "way")
        .annotate(lines=Count("pk"), sum=Sum("amount"))
    }
    back = undone(events).filter(kind=Kind.REFUND).aggregate(lines=Count("pk"), sum=Sum("amount"))
    open_ones = undecided(None).filter(at__gte=period.start, at__lt=period.end).order_by()
    waiting = open_ones.aggregate(lines=Count("pk"), sum=Sum("amount"))

    def of(words: str, kind: str, result: str = Result.SUCCEEDED, way: str = Refund.Method.CARD) -> Line:
        return Line(words, *done.get((kind, result, way), (0, 0)))

    return [
        of("Authorised", Kind.AUTHORISE),
        of("Settled", Kind.CAPTURE),
        of("Released", Kind.VOID),
        of("Taken at the counter, in cash", Kind.CAPTURE, way=Payment.TakenIn.CASH),
        of("Taken at the counter, at the card terminal", Kind.CAPTURE, way=Payment.TakenIn.TERMINAL),
        of("Paid back to cards", Kind.REFUND),
        Line("Paid back to cards before, and come to nothing", back["lines"], back["sum"] or 0),
        of("Paid back as store credit", Kind.REFUND, way=Refund.Method.CREDIT),
        of("Paid back in cash", Kind.REFUND, way=Refund.Method.CASH),
        of("Taken back by banks (disputes)", Kind.DISPUTE, Result.REQUESTED),
        of("Given back by banks (disputes)", Kind.DISPUTE, Result.FAILED),
        Line("Asked of Stripe, and no answer yet", waiting["lines"], waiting["sum"] or 0),
    ]


def _money_checks(period: Period) -> list[Check]:
    """For the payments that moved on this day: all that their ledger ever said, and what they say themselves."""
    found = []
    words = {Kind.CAPTURE: ("captured", "settled"), Kind.REFUND: ("refunded", "paid back")}
    for kind, (figure, said) in words.items():
        touched = events_in(period).filter(kind=kind).values("payment")
        payments = Payment.objects.filter(pk__in=touched)
        ledger = PaymentEvent.objects.filter(payment__in=touched, kind=kind).order_by()
        booked = _sum(ledger.filter(result=Result.SUCCEEDED), "amount") - _sum(undone(ledger), "amount")
        found.append(
            _check(
                f"What was {said}, for the payments of the day",
                ("the ledger", booked),
                ("the payments", _sum(payments, figure)),
                lambda payments=payments, kind=kind, figure=figure: _differing(payments, kind, figure),
            )
        )
    touched = events_in(period).filter(kind=Kind.REFUND).values("payment")
    refunds = Refund.objects.filter(payment__in=touched, state=Refund.State.SUCCEEDED)
    payments = Payment.objects.filter(pk__in=touched)
    returned = refunds.filter(payment=OuterRef("pk")).order_by().values("payment").annotate(sum=Sum("amount"))
    found.append(
        _check(
            "Refunds, for the payments of the day",
            ("the refunds", _sum(refunds, "amount")),
            ("the payments", _sum(payments, "refunded")),
            lambda: payments.annotate(sum=Coalesce(Subquery(returned.values("sum")), 0)).exclude(
                sum=F("refunded")
            )[:MOST_NAMED],
        )
    )
    return found


def _differing(payments: QuerySet[Payment], kind: str, figure: str) -> QuerySet[Payment]:
    lines = PaymentEvent.objects.filter(payment=OuterRef("pk"), kind=kind).order_by()
    failed = undone(PaymentEvent.objects.filter(payment=OuterRef("pk"), kind=kind).order_by())
    return (
        payments.annotate(
            booked=_total(lines.filter(result=Result.SUCCEEDED), "payment", "amount")
            - _total(failed, "payment", "amount")
        )
        .exclude(booked=F(figure))
        .select_related("checkout")[:MOST_NAMED]
    )


def _total(rows: QuerySet, group: str, figure: str) -> Coalesce:
    return Coalesce(Subquery(rows.values(group).annotate(sum=Sum(figure)).values("sum")), 0)


# --- store credit -------------------------------------------------------------------------------------
def _credit(period: Period) -> tuple[list[Line], Check]:
    entries = StoreCreditEntry.objects.order_by()
    today = Q(at__gte=period.start, at__lt=period.end)
    sums = entries.aggregate(
        before=Sum("amount", filter=Q(at__lt=period.start)),
        added=Sum("amount", filter=today & Q(amount__gt=0)),
        added_lines=Count("pk", filter=today & Q(amount__gt=0)),
        taken=Sum("amount", filter=today & Q(amount__lt=0)),
        taken_lines=Count("pk", filter=today & Q(amount__lt=0)),
        after=Sum("amount", filter=Q(at__gte=period.end)),
    )
    before, added, taken, after = (sums[name] or 0 for name in ("before", "added", "taken", "after"))
    end = _sum(StoreCredit.objects.all(), "balance") - after
    lines = [
        Line("At the beginning of the day", None, before),
        Line("Given, refunded, not used after all", sums["added_lines"], added),
        Line("Spent or corrected down", sums["taken_lines"], taken),
        Line("At its end", None, end),
    ]
    own = entries.filter(customer=OuterRef("customer"))
    check = _check(
        "Store credit",
        ("beginning and entries", before + added + taken),
        ("the end, by balances", end),
        lambda: (
            StoreCredit.objects.annotate(booked=_total(own, "customer", "amount"))
            .exclude(booked=F("balance"))
            .select_related("customer")[:MOST_NAMED]
        ),
    )
    return lines, check


# --- stock --------------------------------------------------------------------------------------------
def _stock(period: Period) -> tuple[list[Line], Check, int]:
    """The day's stock, whether it adds up, and how many pieces its movements shipped; the ledger is read twice."""
    moves = StockMovement.objects.order_by()
    sums = moves.aggregate(
        before=Sum("on_hand_delta", filter=Q(at__lt=period.start)),
        after=Sum("on_hand_delta", filter=Q(at__gte=period.end)),
    )
    price = F("item__variant__price")
    since = moves.filter(at__gte=period.start).exclude(on_hand_delta=0)
    is_later = Case(When(at__gte=period.end, then=Value(True)), default=Value(False))
    rows = (
        since.annotate(is_later=is_later)
        .values("is_later", "kind")
        .annotate(pieces=Sum("on_hand_delta"), value=Coalesce(Sum(F("on_hand_delta") * price), 0))
        .order_by("kind")
    )
    today = [row for row in rows if not row["is_later"]]
    later = sum(row["value"] for row in rows if row["is_later"])
    worth = _sum(StockLevel.objects.all(), F("on_hand") * price)
    moved, moved_value = (sum(row[name] for row in today) for name in ("pieces", "value"))
    before = sums["before"] or 0
    end = _sum(StockLevel.objects.all(), "on_hand") - (sums["after"] or 0)
    labels = dict(StockMovement.Kind.choices)
    lines = [
        Line("At the beginning of the day", before, worth - later - moved_value),
        *(Line(labels.get(row["kind"], row["kind"]), row["pieces"], row["value"]) for row in today),
        Line("At its end", end, worth - later),
    ]
    own = moves.filter(item=OuterRef("item"), location=OuterRef("location"))
    check = _check(
        "Pieces on the shelves",
        ("beginning and movements", before + moved),
        ("the end, by levels", end),
        lambda: (
            StockLevel.objects.annotate(booked=_total(own, "item", "on_hand_delta"))
            .exclude(booked=F("on_hand"))
            .select_related("item", "location")[:MOST_NAMED]
        ),
        is_money=False,
    )
    return lines, check, -sum(row["pieces"] for row in today if row["kind"] == StockMovement.Kind.SHIP)


def _shipped(period: Period, gone: int) -> Check:
    sent = FulfilmentLine.objects.filter(
        fulfilment__shipped_at__gte=period.start, fulfilment__shipped_at__lt=period.end
    )
    return _check(
        "Pieces shipped",
        ("movements", gone),
        ("parcels", _sum(sent, "quantity")),
        lambda: _placed_by_parcels(sent),
        is_money=False,
    )


def _placed_by_parcels(sent: QuerySet[FulfilmentLine]) -> QuerySet[Order]:
    """The orders of the day's parcels; which of their pieces are missing, their own pages tell."""
    return Order.objects.filter(pk__in=sent.order_by().values("line__order"))[:MOST_NAMED]
