"""What this room keeps about a customer: returns, with what was written about them; see accounts.personal.

A customer's are those of their orders, those placed as a guest under their proven address included.
"""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from orders.models import Order
from orders.personal_data import belongs_to
from returns.models import ReturnLine, ReturnMessage, ReturnRequest

_MOST_NAMED = 10


def export_returns(user: User) -> list[dict]:
    """Each return with its lines, messages and what happened to it; amounts in minor units."""
    found = _returns_of(user).select_related("order").order_by("pk")
    return [_return(each) for each in found.prefetch_related("lines__line", "messages", "events")]


def _return(row: ReturnRequest) -> dict:
    plain = "number kind state carrier tracking_number refund shipping fee"
    return {
        **{name: getattr(row, name) for name in plain.split()},
        "order": row.order.number,
        "currency": row.order.currency,
        "asked_at": row.asked_at.isoformat(),
        "expires_on": row.expires_on.isoformat() if row.expires_on else None,
        "lines": [_line(line) for line in row.lines.all()],
        "messages": [
            {
                "at": message.at.isoformat(),
                "from": "shop" if message.is_from_staff else "you",
                "text": message.text,
            }
            for message in row.messages.all()
        ],
        "events": [
            {"at": event.at.isoformat(), "words": event.said} for event in row.events.all() if event.is_public
        ],
    }


def _line(row: ReturnLine) -> dict:
    plain = "reason words requested approved received kept missing refused refund reduction"
    return {
        "sku": row.line.sku,
        "name": row.line.name,
        "label": row.line.label,
        **{name: getattr(row, name) for name in plain.split()},
        "accepted": row.accepted,
    }


def why_not_yet(user: User) -> list[str]:
    """Returns under way: goods that are to come, or money that is to go back, need to know whose they are."""
    under_way = _returns_of(user).exclude(state__in=ReturnRequest.ENDED).order_by("pk")
    return [
        _("Return %(number)s is not finished yet. Cancel it, or wait until it is settled.")
        % {"number": number}
        for number in under_way.values_list("number", flat=True)[:_MOST_NAMED]
    ]


def erase_returns(user: User) -> None:
    """Empty all that was written, by either side, and the parcel's number; what was counted and paid stays."""
    mine = _returns_of(user)
    ReturnLine.objects.filter(request__in=mine).update(words="")
    ReturnMessage.objects.filter(request__in=mine).update(text="")
    mine.update(carrier="", tracking_number="")


def _returns_of(user: User) -> QuerySet[ReturnRequest]:
    return ReturnRequest.objects.filter(order__in=Order.objects.filter(belongs_to(user)).values("pk"))
