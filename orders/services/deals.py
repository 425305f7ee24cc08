"""Flash prices: which lines have one, which not and why; asked of the database, in the statement that reads them.

A line is at the flash price as a whole, if all its pieces fit into what is left and into what one customer may have; a
longer line is at the usual price as a whole, and says so.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat, Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config import toggles
from config.money import format_money
from orders.models import Quota
from shop import flash

FACTS = ("pk", "price", "prior_price", "cap", "limit", "hold_minutes", "ends_at")


@dataclass(frozen=True)
class Deal:
    """A flash sale that runs, as far as it concerns one line; amounts in minor units.

    `left` are the pieces that are neither sold nor held by others, `own` those of them that the cart's own payment
    holds. `is_spent` if the customer has had their share.
    """

    sale: int
    price: int
    usual: int
    was: int | None
    limit: int
    left: int
    minutes: int
    ends_at: datetime
    is_spent: bool = False
    own: int = 0

    @property
    def most(self) -> int:
        """How many pieces a line at the flash price may have."""
        return 0 if self.is_spent else min(self.limit, self.left)

    def fits(self, quantity: int) -> bool:
        return quantity <= self.most

    def words(self, quantity: int) -> str:
        """Say why a line of so many pieces is at its price, or why it is not at the flash price."""
        price = format_money(self.price)
        if self.is_spent:
            return _("You have had your share of this flash sale, so the usual price counts.")
        if self.left < 1:
            return _("The flash sale is sold out, so the usual price counts.")
        if quantity > self.limit:
            words = ngettext(
                "At most %(most)s per customer at the flash price of %(price)s; for more the usual price counts.",
                "At most %(most)s per customer at the flash price of %(price)s; for more the usual price counts.",
                self.limit,
            )
            return words % {"most": self.limit, "price": price}
        if quantity > self.left:
            words = ngettext(
                "Only %(left)s is left at the flash price of %(price)s; for more the usual price counts.",
                "Only %(left)s are left at the flash price of %(price)s; for more the usual price counts.",
                self.left,
            )
            return words % {"left": self.left, "price": price}
        return _("Flash sale until %(time)s, at most %(most)s per customer.") % {
            "time": flash.moment(self.ends_at),
            "most": self.limit,
        }


def with_sales(rows: QuerySet, variant: str = "") -> QuerySet:
    """Add to each row the sale of its variant that runs now, if any; `variant` is the way there, as "variant__"."""
    sales = f"{variant}flash_sales"
    running = Q(
        (f"{sales}__is_active", True),
        (f"{sales}__starts_at__lte", Now()),
        (f"{sales}__ends_at__gt", Now()),
        (f"{sales}__price__lt", F(f"{variant}price")),
    )
    name = Concat(Value("sale "), Cast(OuterRef("running__pk"), CharField()), output_field=CharField())
    return rows.annotate(
        running=FilteredRelation(sales, condition=running),
        **{f"sale_{fact}": F(f"running__{fact}") for fact in FACTS},
        sale_taken=Subquery(Quota.objects.filter(name=name).values("taken")[:1]),
    )


def deal_of(row: Any, usual: int, *, own: int = 0, spent: Collection[int] = ()) -> Deal | None:
    """The sale that `with_sales` found; `own` pieces of it are held by the cart's own payment."""
    if row.sale_pk is None or not toggles.is_on(flash.TOGGLE):
        return None
    return Deal(
        sale=row.sale_pk,
        price=row.sale_price,
        usual=usual,
        was=row.sale_prior_price,
        limit=row.sale_limit,
        left=max(row.sale_cap - (row.sale_taken or 0), 0) + own,
        minutes=row.sale_hold_minutes,
        ends_at=row.sale_ends_at,
        is_spent=row.sale_pk in spent,
        own=own,
    )


def strike(row: Any, *, spent: Collection[int] = ()) -> Any:
    """Let a line of `lines_with_stock` cost what it does now; whoever prices it finds that in `row.variant.price`.

    Adds `deal` and `is_flash`: what is on a flash sale is never reduced further.
    """
    held = {line["sale"]: line["quantity"] for line in row.live_lines or () if "sale" in line}
    row.deal = deal_of(row, row.variant.price, own=held.get(row.sale_pk, 0), spent=spent)
    row.is_flash = bool(row.deal and row.deal.fits(row.quantity))
    if row.is_flash:
        row.variant.price = row.deal.price
    return row


def in_spite_of(deal: Deal | None, lines: Iterable[dict] | None) -> Deal | None:
    """The same deal, counting what the cart's own payment, of these lines, holds of it."""
    own = sum(line["quantity"] for line in lines or () if deal and line.get("sale") == deal.sale)
    return replace(deal, left=deal.left + own) if deal and own else deal
