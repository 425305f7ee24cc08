"""Pieces of flash sales: held while their checkout is paid, sold once it is ordered, given back when it ends unpaid."""

from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config import toggles
from orders.models import Checkout, QuotaUse
from orders.services import buyers, quotas
from orders.services.errors import OrderError
from orders.services.quotas import Share
from orders.services.quote import Quote
from shop import flash
from shop.models import FlashSale


class DealGone(OrderError):
    """What was offered at a flash price cannot be had at it: sold out, over, or the customer has had their share."""

    def __init__(self) -> None:
        super().__init__(_("The flash price cannot be had any more."))


def shares_of(checkout: Checkout, *, is_late: bool = False) -> dict[str, Share]:
    """Which allowances a checkout takes by its pieces of flash sales; one query, or none without.

    Raises DealGone if one of them is over, unless its money `is_late`.
    """
    wanted = {line["sale"]: line for line in checkout.lines if "sale" in line}
    if not wanted:
        return {}
    sales = FlashSale.objects.in_bulk(wanted)
    shares: dict[str, Share] = {}
    for pk, line in wanted.items():
        sale = sales.get(pk)
        if sale is None or not (is_late or _counts(sale, line)):
            raise DealGone
        shares |= _shares(sale, line["quantity"], checkout)
    return shares


def _counts(sale: FlashSale, line: dict) -> bool:
    now = timezone.now()
    runs = sale.is_active and sale.has_begun(now) and not sale.is_over(now)
    return runs and sale.price == line["unit_price"] and toggles.is_on(flash.TOGGLE)


def _shares(sale: FlashSale, pieces: int, checkout: Checkout) -> dict[str, Share]:
    by = {name: Share(pieces, of=sale.limit) for name in _names(sale.pk, checkout.email, checkout.customer)}
    return {sale.quota: Share(pieces, of=sale.cap), **by}


def _names(sale: int, email: str, customer: User | None) -> list[str]:
    """Under which names a customer's pieces of a sale are counted: one for each by which they are known again."""
    return [f"sale {sale} by {key}" for key in buyers.keys_of(email, customer)]


def spent_by(quote: Quote, email: str, customer: User | None) -> frozenset[int]:
    """The sales of an offer of which this customer has had so much that it does not fit in; one query, or none."""
    names = {
        name: line
        for line in quote.lines
        if line.sale is not None
        for name in _names(line.sale, email, customer)
    }
    taken = quotas.taken(names) if names else {}
    return frozenset(
        line.sale
        for name, line in names.items()
        if line.sale is not None
        and line.deal is not None
        and taken.get(name, 0) + line.quantity > line.deal.limit
    )


def sold_and_held():
    """Queries for the console: how many pieces of each sale are sold, and how many are held while somebody pays."""
    state = Checkout.objects.filter(number=Substr(OuterRef("reference"), 10)).values("state")[:1]
    uses = QuotaUse.objects.filter(given_back_at=None).annotate(state=Subquery(state)).order_by()

    def pieces(rows):
        return rows.values("quota").annotate(pieces=Sum("amount")).values("pieces")

    return pieces(uses.filter(state=Checkout.State.COMPLETED)), pieces(uses.filter(state__in=Checkout.LIVE))
