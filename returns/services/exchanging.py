"""The exchange: what is sent instead is held when the return is authorised, and becomes a line when it is resolved.

It is even: nothing is paid either way. So what comes instead is of the same product, and costs today no more than what
was paid, or than the returned one costs today. The new line costs nothing and names the one that was paid for; stock,
parcels and pick lists see a line like any other.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from inventory import services as inventory
from orders import services as orders
from orders.models import OrderLine
from orders.models.order import line_reference
from returns.models import ReturnLine, ReturnRequest
from returns.services.errors import CannotDecide, CannotResolve
from shop.models import Variant


def choices(line: OrderLine) -> list[Variant]:
    """What the pieces of a line can be exchanged for, whether or not it is there now; itself too, as for a defect."""
    return choices_of([line])[line.position]


def choices_of(lines: Sequence[OrderLine]) -> dict[int, list[Variant]]:
    """The same for each of an order's lines (by position), with what is `available` of each variant; one query."""
    products = {line.variant.product_id for line in lines if line.variant and line.variant.product.is_active}
    found = (
        Variant.objects.filter(product__in=products, is_active=True) if products else Variant.objects.none()
    )
    variants = list(found.with_available().select_related("stock_item", "product"))
    return {line.position: [each for each in variants if _fits(line, each)] for line in lines}


def _fits(line: OrderLine, variant: Variant) -> bool:
    if line.variant is None or variant.product_id != line.variant.product_id:
        return False
    return variant.price <= max(
        line.replaces.unit_price if line.replaces else line.unit_price, line.variant.price
    )


def why_not_exchange(line: OrderLine, wanted: Variant | None, pieces: int) -> str:
    """Why a line cannot be exchanged for this, in a sentence; empty if it can."""
    if wanted is None:
        return _("Choose what you would like instead.")
    if wanted.pk not in {each.pk for each in choices(line)}:
        return _("It cannot be exchanged for that.")
    if inventory.available([wanted.sku])[wanted.sku] < pieces:
        return _("%(name)s is not there in that number.") % {"name": wanted}
    return ""


def hold_replacements(request: ReturnRequest) -> None:
    """Hold what will be sent instead until the return ends; last in its transaction. Raises CannotDecide."""
    wanted: dict[str, int] = {}
    for row in request.lines.select_related("exchange_for__stock_item"):
        if row.exchange_for and row.approved and request.is_exchange:
            sku = row.exchange_for.sku
            wanted[sku] = wanted.get(sku, 0) + row.approved
    if not wanted:
        return
    until = datetime.combine(request.expires_on or timezone.localdate(), time.max) + timedelta(days=1)
    try:
        inventory.reserve(wanted, reference=request.reference, expires_at=timezone.make_aware(until))
    except inventory.OutOfStock as error:
        raise CannotDecide(str(error)) from error


def let_go(request: ReturnRequest) -> None:
    """Set free what was held for an exchange that does not happen, or not for all pieces."""
    if request.is_exchange:
        inventory.release(request.reference, reason=f"{request.number} ended")


def send_replacements(request: ReturnRequest, *, by: User | None) -> list[OrderLine]:
    """Turn what is held into lines of the order that wait to be shipped, for the pieces that were taken back.

    Runs inside the transaction that resolves the return, which has locked the order. Raises CannotResolve.
    """
    rows = [
        row for row in request.lines.select_related("exchange_for__product", "line__replaces") if row.accepted
    ]
    if any(row.exchange_for is None for row in rows):
        raise CannotResolve(_("What was to be sent instead is not sold any more: pay the money back."))
    inventory.lock_shelves(row.exchange_for.sku for row in rows if row.exchange_for)
    let_go(request)
    lines = [_new_line(request, row, row.exchange_for) for row in rows if row.exchange_for]
    for line in lines:
        hold = f"{request.reference} for {line.position}"
        try:
            inventory.reserve({line.sku: line.quantity}, reference=hold, expires_at=timezone.now())
        except inventory.OutOfStock as error:
            raise CannotResolve(str(error)) from error
        inventory.allocate(hold, to={line.sku: line_reference(request.order.number, line.position)})
    if lines:
        orders.reopen_for_shipping(request.order, key=f"exchange {request.number}", by=by)
    return lines


def _new_line(request: ReturnRequest, row: ReturnLine, variant: Variant) -> OrderLine:
    """A line of the order that costs nothing, for what is sent instead."""
    last = request.order.lines.aggregate(last=Max("position"))["last"]
    paid = row.line.replaces or row.line
    line = OrderLine.objects.create(
        order=request.order,
        position=last + 1,
        variant=variant,
        replaces=paid,
        sku=variant.sku,
        name=variant.product.name,
        label=variant.label,
        quantity=row.accepted,
        unit_price=0,
        net=0,
        tax=0,
        gross=0,
        tax_rate=paid.tax_rate,
        tax_class=paid.tax_class,
        country_of_origin=variant.country_of_origin,
    )
    ReturnLine.objects.filter(pk=row.pk).update(replacement=line)
    return line
