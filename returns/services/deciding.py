"""What becomes of a request before anything has come: authorised, rejected, asked about, cancelled, sent, expired."""

from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from returns.models import ReturnLine, ReturnRequest
from returns.services.errors import CannotDecide
from returns.services.exchanging import hold_replacements, let_go
from returns.services.messages import write
from returns.services.moves import lock, move, tell
from returns.services.requesting import give_back
from returns.tasks import send_return_mail


@transaction.atomic
def authorise(
    request: ReturnRequest,
    *,
    pieces: Mapping[int, int] | None = None,
    note: str = "",
    is_mailed: bool = True,
    by: User | None = None,
) -> ReturnRequest:
    """Let the customer send it: all of it, or `pieces` (position: how many); what is left out is free again.

    For an exchange, what is sent instead is held from now on. Who stands here needs no mail that it may be sent
    (`is_mailed`). Raises CannotDecide.
    """
    request = lock(request)
    lines = {row.line.position: row for row in request.lines.select_related("line")}
    wanted = {at: row.requested for at, row in lines.items()} if pieces is None else dict(pieces)
    if any(at not in lines or not 0 <= count <= lines[at].requested for at, count in wanted.items()):
        raise CannotDecide(_("Not so many pieces were asked for."))
    if not any(wanted.values()):
        raise CannotDecide(_("Choose what may be sent back, or reject the return."))
    move(
        request,
        "authorise",
        expires_on=timezone.localdate() + timedelta(days=settings.RETURN_ARRIVES_WITHIN_DAYS),
    )
    for at, row in sorted(lines.items()):
        approved = wanted.get(at, 0)
        ReturnLine.objects.filter(pk=row.pk).update(approved=approved)
        give_back(row, row.requested - approved)
    if note:
        write(request, note, key=f"{request.number} authorised", by=by, is_from_staff=True, is_mailed=False)
    is_whole = all(wanted.get(at, 0) == row.requested for at, row in lines.items())
    words = gettext_noop("Authorised.") if is_whole else gettext_noop("Authorised in part.")
    tell(request, words, key="authorised", by=by)
    if is_mailed:
        send_return_mail.enqueue(request.pk, "authorised")
    hold_replacements(request)
    return request


@transaction.atomic
def reject(request: ReturnRequest, *, reason: str, by: User | None = None) -> ReturnRequest:
    """Say no, and why; the customer reads the reason. Raises CannotDecide."""
    if not reason.strip():
        raise CannotDecide(_("Say why."))
    request = lock(request)
    move(request, "reject")
    _free_all(request)
    write(request, reason, key=f"{request.number} rejected", by=by, is_from_staff=True, is_mailed=False)
    tell(request, gettext_noop("Rejected."), key="rejected", by=by)
    send_return_mail.enqueue(request.pk, "rejected")
    return request


@transaction.atomic
def ask_for_information(
    request: ReturnRequest, question: str, *, key: str, by: User | None = None
) -> ReturnRequest:
    """Ask the customer something before deciding. Raises CannotDecide."""
    if not question.strip():
        raise CannotDecide(_("Write the question."))
    request = lock(request)
    move(request, "ask")
    key = f"question {key}"
    write(request, question, key=f"{request.number} {key}", by=by, is_from_staff=True, is_mailed=False)
    tell(request, gettext_noop("We have a question."), key=key, by=by)
    send_return_mail.enqueue(request.pk, "question", key)
    return request


@transaction.atomic
def cancel(request: ReturnRequest, *, by: User | None = None) -> ReturnRequest:
    """Call it off while nothing has come; its pieces may be asked for again. Raises CannotDecide."""
    request = lock(request)
    move(request, "cancel")
    _free_all(request)
    tell(request, gettext_noop("Cancelled."), key="cancelled", by=by)
    send_return_mail.enqueue(request.pk, "cancelled")
    let_go(request)
    return request


@transaction.atomic
def mark_sent(
    request: ReturnRequest, *, carrier: str = "", tracking_number: str = "", by: User | None = None
) -> ReturnRequest:
    """Note that the parcel is on its way to us; from now on it has as long as one that is authorised today.

    Raises CannotDecide.
    """
    request = lock(request)
    days = timedelta(days=settings.RETURN_ARRIVES_WITHIN_DAYS)
    last = max(filter(None, [request.expires_on, timezone.localdate() + days]))
    move(request, "send", carrier=carrier, tracking_number=tracking_number, expires_on=last)
    # Without the parcel's number: the timeline is for ever, and the number goes when the customer does.
    tell(request, gettext_noop("Sent to us."), key="sent", by=by)
    return request


@transaction.atomic
def expire(request: ReturnRequest) -> ReturnRequest:
    """End what was authorised and never came; its pieces may be asked for again. Raises CannotDecide."""
    request = lock(request)
    if request.expires_on is None or timezone.localdate() <= request.expires_on:
        raise CannotDecide(_("There is still time for it to arrive."))
    move(request, "expire")
    _free_all(request)
    tell(request, gettext_noop("Expired, as nothing has arrived."), key="expired")
    send_return_mail.enqueue(request.pk, "expired")
    let_go(request)
    return request


def _free_all(request: ReturnRequest) -> None:
    """Set every claimed piece free: as many as were asked for before the decision, as were authorised after it."""
    is_decided = request.lines.filter(approved__gt=0).exists()
    for row in request.lines.all():
        give_back(row, row.approved if is_decided else row.requested)
