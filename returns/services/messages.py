"""Words between customer and staff about one return."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from returns.models import ReturnMessage, ReturnRequest
from returns.services.errors import CannotDecide
from returns.services.moves import RETURN_MOVES, lock, move, tell
from returns.tasks import send_return_mail, tell_staff

LONGEST = 2000
MOST = 100
"""Messages of one return; a conversation that is longer belongs into the mail."""


@transaction.atomic
def write_message(
    request: ReturnRequest, text: str, *, key: str, by: User | None = None, is_from_staff: bool = False
) -> ReturnMessage:
    """Add a message, once per `key`; a customer's answers an open question. Raises CannotDecide."""
    request = lock(request)
    if not text.strip():
        raise CannotDecide(_("Write something."))
    if request.messages.count() >= MOST:
        raise CannotDecide(_("There are very many messages already. Please write us a mail."))
    row = write(request, text, key=f"{request.number} message {key}", by=by, is_from_staff=is_from_staff)
    if not is_from_staff and RETURN_MOVES.allows(request.state, "answer"):
        move(request, "answer")
        tell(request, gettext_noop("Question answered."), key=f"answered {row.pk}", by=by)
    return row


def write(
    request: ReturnRequest,
    text: str,
    *,
    key: str,
    by: User | None,
    is_from_staff: bool,
    is_mailed: bool = True,
) -> ReturnMessage:
    """Write a message down, and mail it to the other side; one of staff not if another mail carries it."""
    row, is_new = ReturnMessage.objects.get_or_create(
        key=key[:120],
        defaults={
            "request": request,
            "text": text.strip()[:LONGEST],
            "author": by,
            "is_from_staff": is_from_staff,
        },
    )
    if is_new and is_from_staff and is_mailed:
        send_return_mail.enqueue(request.pk, "message", str(row.pk))
    if is_new and not is_from_staff:
        tell_staff.enqueue(request.pk, row.pk)
    return row
