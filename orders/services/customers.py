"""What customers have been worth: their orders that count as sold, less what was credited of them.

An account is one customer, whichever addresses its orders name; guests are told apart by e-mail address, whatever its
capitals. See `figures` for what counts as sold.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    FilteredRelation,
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
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone

from accounts.models import User
from orders.models import Order, OrderLine
from orders.services.figures import sold

# The columns that a list may be sorted by.
SORTS = ("orders", "spent", "first_at", "last_at")
_KEPT = F("quantity") - F("cancelled") - F("returned")
_ITEMS = (
    OrderLine.objects.filter(order=OuterRef("pk"))
    .order_by()
    .values("order")
    .annotate(pieces=Sum(_KEPT))
    .values("pieces")
)


@dataclass(frozen=True)
class Worth:
    """One customer: how many orders, pieces that they kept, minor units that they spent, first and last order."""

    customer_id: int | None
    email: str
    name: str
    orders: int
    items: int
    spent: int
    first_at: datetime | None
    last_at: datetime | None


def customers(asked: Mapping[str, Any] | None = None) -> QuerySet[Order, Any]:
    """Customers as grouped rows: customer_id, guest (their address), orders, spent, first_at, last_at; one query.

    `asked` may hold `q` (part of name or address), `kind` ("account", "guest"), `orders` (at least so many), `last`
    (days: bought within them, or not within them if negative).
    """
    asked = asked or {}
    bought = Order.objects.filter(sold()).order_by()
    if words := asked.get("q"):
        known = User.objects.filter(Q(email__icontains=words) | Q(full_name__icontains=words))
        bought = bought.filter(Q(customer__in=known) | Q(customer=None, email__icontains=words))
    if kind := asked.get("kind"):
        bought = bought.filter(customer__isnull=kind == "guest")
    guest = Case(When(customer=None, then=Lower("email")), default=Value(""), output_field=CharField())
    grouped = (
        bought.alias(bill=FilteredRelation("invoices", condition=Q(invoices__kind="invoice")))
        .annotate(guest=guest)
        .values("customer_id", "guest")
        .annotate(
            orders=Count("pk"),
            spent=Sum("total") - Coalesce(Sum("bill__balance__credited"), 0),
            first_at=Min("placed_at"),
            last_at=Max("placed_at"),
        )
    )
    if least := asked.get("orders"):
        grouped = grouped.filter(orders__gte=least)
    if days := asked.get("last"):
        edge = timezone.now() - timedelta(days=abs(days))
        grouped = grouped.filter(last_at__gte=edge) if days > 0 else grouped.filter(last_at__lt=edge)
    return grouped


def with_items(grouped: QuerySet[Order, Any]) -> QuerySet[Order, Any]:
    """Add `items` to each; for a file, as it looks at every order's lines."""
    return grouped.annotate(items=Coalesce(Sum(Subquery(_ITEMS)), 0))


def told(rows: Iterable[Mapping[str, Any]]) -> list[Worth]:
    """Some grouped rows with names, and with the pieces that each kept; three queries at most."""
    found = list(rows)
    accounts = [row["customer_id"] for row in found if row["customer_id"]]
    guests = [row["guest"] for row in found if not row["customer_id"]]
    people = User.objects.in_bulk(accounts) if accounts else {}
    lines = OrderLine.objects.filter(sold("order__")).order_by()
    pieces: dict[Any, int] = {}
    if accounts:
        mine = (
            lines.filter(order__customer__in=accounts)
            .values_list("order__customer")
            .annotate(pieces=Sum(_KEPT))
        )
        pieces |= dict(mine)
    if guests:
        theirs = lines.filter(order__customer=None).annotate(guest=Lower("order__email"))
        pieces |= dict(theirs.filter(guest__in=guests).values_list("guest").annotate(pieces=Sum(_KEPT)))
    return [_worth(row, people, pieces.get(row["customer_id"] or row["guest"], 0)) for row in found]


def _worth(row: Mapping[str, Any], people: Mapping[int, User], items: int) -> Worth:
    person = people.get(row["customer_id"])
    return Worth(
        row["customer_id"],
        person.email if person else row["guest"],
        person.full_name if person else "",
        row["orders"],
        items,
        row["spent"],
        row["first_at"],
        row["last_at"],
    )


def lifetime_value(customer: User) -> Worth:
    """What this customer's orders were worth to the shop so far; nothing bought is worth nothing."""
    rows = customers().filter(customer=customer)
    nothing = Worth(customer.pk, customer.email, customer.full_name, 0, 0, 0, None, None)
    return next(iter(told(rows)), nothing)
