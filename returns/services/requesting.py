"""Asking for a return: by the customer, within the policy, or by staff, who may go beyond it and say why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from config import toggles
from orders.models import Order, OrderLine
from returns.models import ReturnLine, ReturnRequest
from returns.services import valuing
from returns.services.errors import CannotReturn
from returns.services.exchanging import why_not_exchange
from returns.services.moves import tell
from returns.services.policy import Returnable, returnables, why_not_for
from returns.tasks import send_return_mail, tell_staff
from shop.models import Variant

Reason = ReturnLine.Reason


@dataclass(frozen=True)
class Wish:
    """Pieces of one line (its position) that shall go back, and why; for an exchange, what shall come instead."""

    position: int
    pieces: int
    reason: str
    words: str = ""
    exchange_for: Variant | None = None

    @property
    def is_our_fault(self) -> bool:
        return self.reason in ReturnLine.OUR_FAULT


@dataclass(frozen=True)
class Fault:
    """Why a wish cannot be met: at which line (its position) and field of it, or None if it is about all of them."""

    position: int | None
    field: str
    why: str


def why_not_return(order: Order, found: Sequence[Returnable] | None = None) -> str:
    """Why nothing of the order can be sent back, in a sentence; empty if something can."""
    if why := _why_shut():
        return why
    found = returnables(order) if found is None else found
    if order.state == Order.State.CANCELLED and not any(each.line.shipped for each in found):
        return _("The order is cancelled.")
    if any(each.pieces for each in found):
        return ""
    reasons = {each.why_not for each in found}
    return reasons.pop() if len(reasons) == 1 else _("Nothing of it can be sent back now.")


def _why_shut() -> str:
    return (
        ""
        if toggles.is_on("returns")
        else _("Returns cannot be asked for here just now. Please write to us.")
    )


def estimate(order: Order, wishes: Iterable[Wish], found: Iterable[Returnable]) -> valuing.Worth:
    """What would go back for these pieces, if they come as they should."""
    known = {each.line.position: each for each in found}
    wanted = [
        (known[wish.position].line, wish.pieces, wish.is_our_fault)
        for wish in wishes
        if wish.position in known
    ]
    return valuing.worth(
        wanted,
        order,
        {at: each.terms.fee for at, each in known.items()},
        refunds_delivery=settings.RETURN_REFUNDS_DELIVERY,
    )


def request_return(
    order: Order,
    wishes: Sequence[Wish],
    *,
    key: str,
    kind: str = ReturnRequest.Kind.REFUND,
    by: User | None = None,
    override: str = "",
) -> ReturnRequest:
    """Ask for a return of pieces of an order; the same `key` asks once.

    Customers are bound by the policy. `override` is why staff (`by`) go beyond it; more than was sent, or than is not
    in a return already, nobody can ask for: the UPDATE that claims the pieces is the guard. Raises CannotReturn.
    """
    if asked := ReturnRequest.objects.filter(key=key, order=order).first():
        return asked
    if not by and (why := _why_shut()):
        raise CannotReturn(why)
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=order.pk)
        if asked := ReturnRequest.objects.filter(key=key, order=order).first():
            return asked
        known = {each.line.position: each for each in returnables(order)}
        _check(wishes, known, kind, override=override if by else "")
        value = estimate(order, wishes, known.values())
        row = ReturnRequest.objects.create(
            order=order,
            kind=kind,
            language=order.language,
            key=key,
            asked_by=by,
            override=override[:300] if by else "",
            policy={
                "lines": {str(wish.position): known[wish.position].terms.as_json() for wish in wishes},
                "shipping": value.shipping,
                "fee": value.fee,
                "pays_postage": settings.RETURN_POSTAGE_PAID,
                "refunds_delivery": settings.RETURN_REFUNDS_DELIVERY,
            },
        )
        for wish in sorted(wishes, key=lambda wish: wish.position):
            _claim(row, known[wish.position].line, wish, value.lines[wish.position])
        words = gettext_noop("Exchange asked for.") if row.is_exchange else gettext_noop("Return asked for.")
        tell(row, words, key="asked", by=by)
        if not by:
            send_return_mail.enqueue(row.pk, "asked")
            tell_staff.enqueue(row.pk)
        return row


def faults(
    wishes: Sequence[Wish], found: Iterable[Returnable], kind: str, *, override: str = ""
) -> list[Fault]:
    """Everything that is wrong with what is asked for, in the order of the wishes; empty if it can be asked for."""
    known = {each.line.position: each for each in found}
    if not wishes:
        return [Fault(None, "", _("Choose what to send back."))]
    named: set[int] = set()
    wrong = []
    for wish in wishes:
        if wish.position in named:
            wrong.append(Fault(None, "", _("A line is named twice.")))
        elif fault := _fault(wish, known.get(wish.position), kind, override):
            wrong.append(fault)
        named.add(wish.position)
    return wrong


def _fault(wish: Wish, found: Returnable | None, kind: str, override: str) -> Fault | None:
    if found is None:
        return Fault(None, "", _("The order has no such line."))
    most = found.line.shipped - found.line.returned if override else found.pieces
    if not override and found.why_not:
        return Fault(wish.position, "pieces", found.why_not)
    if not 1 <= wish.pieces <= most:
        return Fault(wish.position, "pieces", _("At most %(most)s of it can be sent back.") % {"most": most})
    if wish.reason not in Reason.values:
        return Fault(wish.position, "reason", _("Choose why you send it back."))
    if not override and (why := why_not_for(found, wish.is_our_fault)):
        return Fault(wish.position, "reason", why)
    if kind == ReturnRequest.Kind.EXCHANGE and (
        why := why_not_exchange(found.line, wish.exchange_for, wish.pieces)
    ):
        return Fault(wish.position, "exchange_for", why)
    return None


def _check(wishes: Sequence[Wish], known: dict[int, Returnable], kind: str, *, override: str) -> None:
    for fault in faults(wishes, known.values(), kind, override=override):
        name = f"{known[fault.position].line.name}: " if fault.position in known else ""
        raise CannotReturn(name + fault.why)


def _claim(row: ReturnRequest, line: OrderLine, wish: Wish, value: int) -> None:
    """Take the pieces for this return, if nobody else has: see `give_back`."""
    free = OrderLine.objects.filter(pk=line.pk, shipped__gte=F("returned") + wish.pieces)
    if not free.update(returned=F("returned") + wish.pieces):
        raise CannotReturn(_("%(name)s: it is in another return already.") % {"name": line.name})
    ReturnLine.objects.create(
        request=row,
        line=line,
        reason=wish.reason,
        words=wish.words[:1000],
        requested=wish.pieces,
        value=value,
        exchange_for=wish.exchange_for if row.is_exchange else None,
    )


def give_back(row: ReturnLine, pieces: int) -> None:
    """Set pieces free that were claimed for a return and do not come back with it; the order is locked."""
    if pieces:
        OrderLine.objects.filter(pk=row.line_id).update(returned=F("returned") - pieces)
