"""What this room writes to people: one mail per step of a return. Each has a stable Message-ID, made from its key."""

from django.conf import settings
from django.utils.translation import gettext as _

from config import languages, mail
from orders.models import OrderLine
from returns.models import ReturnMessage, ReturnRequest

STEPS = (
    "asked",
    "authorised",
    "rejected",
    "question",
    "message",
    "cancelled",
    "reminder",
    "expired",
    "received",
    "resolved",
)


def send_step(request_id: int, step: str, *, key: str = "") -> None:
    """Tell the customer about one step of a return, in the language of the order."""
    request = ReturnRequest.objects.select_related("order").get(pk=request_id)
    with languages.spoken(request.language):
        said = request.messages.filter(is_from_staff=True).order_by("pk")
        if step == "message":
            said = said.filter(pk=int(key))
        words = words_of(request, step, said.last() if step in {"message", "question", "rejected"} else None)
        reason = " ".join(filter(None, [step, key, request.number]))
        mail.send("returns/email/step", request.order.email, words, key=reason)


def words_of(request: ReturnRequest, step: str, message: ReturnMessage | None) -> dict[str, object]:
    """The words of one step; to be made in the language of the mail."""
    lines = [(row.line, row.approved or row.requested) for row in request.lines.select_related("line")]
    return words_for(request, step, message, lines)


def words_for(
    request: ReturnRequest, step: str, message: ReturnMessage | None, lines: list[tuple[OrderLine, int]]
) -> dict[str, object]:
    """The same for pieces of lines that are given."""
    return {
        "request": request,
        "order": request.order,
        "title": _titles()[step],
        "message": message,
        "lines": lines,
        "link": settings.PUBLIC_BASE_URL + request.get_absolute_url(),
    }


def _titles() -> dict[str, str]:
    return {
        "asked": _("We have got your return"),
        "authorised": _("You can send your return"),
        "rejected": _("We cannot take your return"),
        "question": _("We have a question about your return"),
        "message": _("A message about your return"),
        "cancelled": _("Your return is cancelled"),
        "reminder": _("Your return has not arrived yet"),
        "expired": _("Your return has expired"),
        "received": _("Your return has arrived"),
        "resolved": _("Your return is settled"),
    }
