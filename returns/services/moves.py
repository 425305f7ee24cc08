"""The states of a return, and the one way from one to the next."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from config.states import IllegalMove, Machine, Move
from orders.models import Order
from returns.models import ReturnEvent, ReturnRequest
from returns.services.errors import CannotDecide

S = ReturnRequest.State
RETURN_MOVES = Machine(
    {
        "ask": Move({S.REQUESTED}, S.INFO_NEEDED),
        "answer": Move({S.INFO_NEEDED}, S.REQUESTED),
        "authorise": Move({S.REQUESTED, S.INFO_NEEDED}, S.AUTHORISED),
        "reject": Move({S.REQUESTED, S.INFO_NEEDED}, S.REJECTED),
        "cancel": Move({S.REQUESTED, S.INFO_NEEDED, S.AUTHORISED, S.IN_TRANSIT}, S.CANCELLED),
        "send": Move({S.AUTHORISED}, S.IN_TRANSIT),
        "receive": Move({S.AUTHORISED, S.IN_TRANSIT, S.RECEIVED}, S.RECEIVED),
        "inspect": Move({S.RECEIVED}, S.INSPECTED),
        # What the customer may keep need not come at all.
        "waive": Move({S.AUTHORISED, S.IN_TRANSIT}, S.INSPECTED),
        "resolve": Move({S.INSPECTED}, S.RESOLVED),
        "close": Move({S.RESOLVED}, S.CLOSED),
        "expire": Move({S.AUTHORISED, S.IN_TRANSIT}, S.EXPIRED),
    }
)


def lock(request: ReturnRequest) -> ReturnRequest:
    """The return as it is now, with its order, nobody else's until the transaction ends: the order is locked first."""
    Order.objects.select_for_update().get(pk=request.order_id)
    return ReturnRequest.objects.select_for_update().get(pk=request.pk)


def why_not_move(request: ReturnRequest, act: str) -> str:
    """Why this act is not possible in the return's state, in a sentence; empty if it is."""
    if RETURN_MOVES.allows(request.state, act):
        return ""
    return _("The return is %(state)s.") % {"state": request.get_state_display()}


def move(request: ReturnRequest, act: str, **changes: Any) -> None:
    """Move a return on. Raises CannotDecide if its state does not let it."""
    try:
        RETURN_MOVES.advance(request, act, state_since=timezone.now(), **changes)
    except IllegalMove as error:
        raise CannotDecide(why_not_move(request, act)) from error


def tell(
    request: ReturnRequest,
    words: str,
    *,
    key: str,
    details: dict[str, Any] | None = None,
    is_public: bool = True,
    by: User | None = None,
) -> bool:
    """Write a line of the return's timeline, once per `key`; returns whether this was the time.

    `words` is English and marked with `gettext_noop`; `details` fill it when it is read.
    """
    with transaction.atomic():
        _row, is_new = ReturnEvent.objects.get_or_create(
            key=f"{request.number} {key}"[:120],
            defaults={
                "request": request,
                "words": words,
                "details": details,
                "is_public": is_public,
                "actor": by,
            },
        )
    return is_new
