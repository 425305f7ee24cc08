"""What this room writes to people: one mail per step of a return, and to staff what waits for them.

Each has a stable Message-ID, made from its key; the return's timeline remembers what was mailed to its customer.
"""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_noop

from config import languages, mail
from orders.models import OrderLine
from returns.letters import letter_of
from returns.letters.case import Case
from returns.models import ReturnEvent, ReturnMessage, ReturnRequest
from returns.visitors import address_of

S = ReturnRequest.State
# Steps that are no news any more once the return has gone on: nobody who handed a parcel over the counter, or who has
# cancelled meanwhile, is told where to send it.
ONLY_WHILE = {"authorised": ReturnRequest.AWAITED, "reminder": (S.AUTHORISED,), "question": (S.INFO_NEEDED,)}


def send_step(request_id: int, step: str, *, key: str = "") -> None:
    """Tell the customer about one step of a return, in the language of the order; once, see orders.emails."""
    from returns.services.moves import tell  # the services enqueue the mails

    request = ReturnRequest.objects.select_related("order").get(pk=request_id)
    reason = " ".join(filter(None, [step, key, request.number]))
    mailed = " ".join(filter(None, ["mailed", step, key]))
    if request.state not in ONLY_WHILE.get(step, S) or is_known(request, mailed):
        return
    with languages.spoken(request.language):
        words = words_of(request, step, key)
        mail.send("returns/email/step", request.order.email, words, key=reason)
    title = words["letter"].title
    tell(request, gettext_noop("Mail sent: %(title)s"), key=mailed, details={"title": title}, is_public=False)


def is_known(request: ReturnRequest, key: str) -> bool:
    return ReturnEvent.objects.filter(key=f"{request.number} {key}"[:120]).exists()


def words_of(request: ReturnRequest, step: str, key: str = "") -> dict[str, Any]:
    """The words of one step; to be made in the language of the mail."""
    rows = request.lines.select_related("line", "replacement")
    return words_for(step, Case(request, list(rows), list(request.payouts.all()), _quote(request, step, key)))


def words_for(step: str, case: Case) -> dict[str, Any]:
    """The same for a return that is given, whether it is saved or not."""
    link = settings.PUBLIC_BASE_URL + case.request.get_absolute_url()
    slip_link = settings.PUBLIC_BASE_URL + address_of(case.request.order, "slip", case.request.number)
    return {"request": case.request, "letter": letter_of(step, case), "link": link, "slip_link": slip_link}


def _quote(request: ReturnRequest, step: str, key: str) -> str:
    """What staff wrote with this step."""
    if step == "message":
        found = request.messages.filter(pk=int(key))
    elif step in {"authorised", "rejected", "question"}:
        written = key if step == "question" else step
        found = request.messages.filter(key=f"{request.number} {written}"[:120])
    else:
        return ""
    return found.values_list("text", flat=True).first() or ""


# --- to staff ---------------------------------------------------------------------------------------
def tell_staff(request_id: int, message_id: int | None = None) -> None:
    """Say that a return was asked for, or that its customer has written; an answer to the mail goes to them."""
    request = ReturnRequest.objects.select_related("order").get(pk=request_id)
    message = request.messages.get(pk=message_id) if message_id else None
    reason = f"message {message_id}" if message_id else "asked"
    with languages.spoken(settings.LANGUAGE_CODE):
        mail.send(
            "returns/email/staff",
            settings.CONTACT_EMAIL or settings.DEFAULT_FROM_EMAIL,
            words_for_staff(request, _wishes(request), message),
            key=f"to staff: {reason} {request.number}",
            reply_to=request.order.email,
        )


def words_for_staff(
    request: ReturnRequest, wishes: list[tuple[OrderLine, int, str, str]], message: ReturnMessage | None
) -> dict[str, object]:
    """`wishes` are lines with how many pieces, for which reason, and the customer's words."""
    page = reverse("admin:returns_returnrequest_change", args=[request.pk or 0])
    return {
        "request": request,
        "order": request.order,
        "wishes": wishes,
        "message": message,
        "url": f"{settings.PUBLIC_BASE_URL}{page}",
    }


def _wishes(request: ReturnRequest) -> list[tuple[OrderLine, int, str, str]]:
    rows = request.lines.select_related("line")
    return [(row.line, row.requested, row.get_reason_display(), row.words) for row in rows]
