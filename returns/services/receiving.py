"""Goods that come back: counted, looked at piece by piece, and put where they belong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from inventory import services as inventory
from inventory.models import Location
from orders.models import Order
from returns.models import ReturnLine, ReturnRequest
from returns.services.deciding import authorise
from returns.services.errors import CannotDecide
from returns.services.moves import RETURN_MOVES, lock, move, tell
from returns.services.requesting import Wish, give_back, request_return
from returns.tasks import send_return_mail


@dataclass(frozen=True)
class Found:
    """What the authorised pieces of a line turned out to be; see ReturnLine for the words."""

    sellable: int = 0
    damaged: int = 0
    kept: int = 0
    missing: int = 0
    refused: int = 0

    @property
    def all(self) -> int:
        return sum((self.sellable, self.damaged, self.kept, self.missing, self.refused))

    @property
    def came(self) -> int:
        return self.sellable + self.damaged + self.refused

    @property
    def accepted(self) -> int:
        return self.sellable + self.damaged + self.kept


@transaction.atomic
def receive(
    request: ReturnRequest, pieces: Mapping[int, int], *, key: str, by: User | None = None
) -> ReturnRequest:
    """Count in what came (position: how many pieces); the same `key` counts once. More may come in another parcel.

    Raises CannotDecide.
    """
    request = lock(request)
    counted = sum(pieces.values())
    if not tell(
        request,
        gettext_noop("One piece received.") if counted == 1 else gettext_noop("%(count)s pieces received."),
        key=f"received {key}",
        details={"count": counted},
        by=by,
    ):
        return request
    known = {row.line.position: row for row in request.lines.select_related("line")}
    if counted < 1 or any(count < 0 or at not in known for at, count in pieces.items()):
        raise CannotDecide(_("Say how many pieces came."))
    move(request, "receive", received_at=request.received_at or timezone.now())
    for at, count in sorted(pieces.items()):
        fits = ReturnLine.objects.filter(pk=known[at].pk, approved__gte=F("received") + count)
        if not fits.update(received=F("received") + count):
            raise CannotDecide(
                _("%(name)s: not so many pieces were authorised. Authorise a return of the others as well.")
                % {"name": known[at].line.name}
            )
    send_return_mail.enqueue(request.pk, "received", key)
    return request


@transaction.atomic
def inspect(
    request: ReturnRequest,
    found: Mapping[int, Found],
    *,
    shelf: Location | None = None,
    by: User | None = None,
) -> ReturnRequest:
    """Say of every authorised piece what it is; what came and is taken goes back on a shelf by a movement, once.

    Sellable pieces go to `shelf`, damaged ones to the place for such. Pieces that are not taken back are the
    customer's again, who may ask anew. A return of which nothing came can be inspected too, if the customer keeps it
    all. Raises CannotDecide.
    """
    request = lock(request)
    rows = {row.line.position: row for row in request.lines.select_related("line", "line__order")}
    _check(rows, found)
    came = any(each.came for each in found.values())
    is_waived = (
        request.state in ReturnRequest.AWAITED and not came and any(each.kept for each in found.values())
    )
    move(request, "waive" if is_waived else "inspect")
    for at, row in sorted(rows.items()):
        each = found.get(at, Found())
        for name in ("sellable", "damaged", "kept", "missing", "refused"):
            setattr(row, name, getattr(each, name))
        row.save(update_fields=["sellable", "damaged", "kept", "missing", "refused"])
        give_back(row, row.approved - each.accepted)
    tell(request, gettext_noop("Inspected."), key="inspected", by=by)
    inventory.lock_shelves(row.line.sku for row in rows.values())
    try:
        for row in sorted(rows.values(), key=lambda row: row.line.sku):
            _put_back(row, shelf, by)
    except inventory.InventoryError as error:
        raise CannotDecide(str(error)) from error
    return request


def _check(rows: Mapping[int, ReturnLine], found: Mapping[int, Found]) -> None:
    for at, row in rows.items():
        each = found.get(at, Found())
        if each.all != row.approved:
            raise CannotDecide(
                _("%(name)s: say of each of the %(count)s pieces what it is.")
                % {"name": row.line.name, "count": row.approved}
            )
        if each.came > row.received:
            raise CannotDecide(
                _("%(name)s: only %(count)s pieces came.") % {"name": row.line.name, "count": row.received}
            )
    if set(found) - set(rows):
        raise CannotDecide(_("The return has no such line."))


def _put_back(row: ReturnLine, shelf: Location | None, by: User | None) -> None:
    reason = f"{row.request.number}: {row.get_reason_display()}"[:200]
    places = ((row.sellable, shelf), (row.damaged, inventory.damaged_place() if row.damaged else None))
    for count, place in places:
        if not count:
            continue
        if place is None:
            raise CannotDecide(_("Choose where the sellable pieces go."))
        inventory.put_back(row.line.sku, count, location=place, cause=row.reference, reason=reason, by=by)


@transaction.atomic
def take_over_the_counter(
    order: Order, wishes: Sequence[Wish], *, key: str, override: str = "", by: User
) -> ReturnRequest:
    """Take goods back from somebody who stands here: asked for, authorised and received at once.

    Raises CannotReturn, CannotDecide.
    """
    request = request_return(order, wishes, key=key, by=by, override=override)
    if not RETURN_MOVES.allows(request.state, "authorise"):
        return request
    authorise(request, is_mailed=False, by=by)
    return receive(request, {wish.position: wish.pieces for wish in wishes}, key="counter", by=by)
