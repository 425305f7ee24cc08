"""What the clock does with returns: reminds, lets expire, pays what a crash left unpaid, closes what is done."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from returns.models import ReturnRequest
from returns.services.deciding import expire
from returns.services.errors import ReturnError
from returns.services.resolving import pay_payouts
from returns.tasks import send_return_mail

_MOST = 500


def follow_returns() -> dict[str, int]:
    """Do what is due, once, whoever else does it at the same time; returns how often by what."""
    return {"reminded": _remind(), "expired": _expire(), "closed": _carry_on()}


def _remind() -> int:
    """Write to those whose parcel was to be here in some days and has not come."""
    soon = timezone.localdate() + timedelta(days=settings.RETURN_REMINDER_DAYS)
    due = ReturnRequest.objects.filter(
        state=ReturnRequest.State.AUTHORISED, reminded_at=None, expires_on__lte=soon
    )
    reminded = 0
    for row in due.order_by("pk")[:_MOST]:
        if ReturnRequest.objects.filter(pk=row.pk, reminded_at=None).update(reminded_at=timezone.now()):
            send_return_mail.enqueue(row.pk, "reminder")
            reminded += 1
    return reminded


def _expire() -> int:
    over = ReturnRequest.objects.filter(state__in=ReturnRequest.AWAITED, expires_on__lt=timezone.localdate())
    return sum(_is_done(expire, row) for row in over.order_by("pk")[:_MOST])


def _carry_on() -> int:
    resolved = ReturnRequest.objects.filter(state=ReturnRequest.State.RESOLVED)
    return sum(_is_done(pay_payouts, row) for row in resolved.order_by("pk")[:_MOST])


def _is_done(act, row: ReturnRequest) -> bool:
    """Do it; what somebody else did meanwhile is no trouble."""
    try:
        return bool(act(row))
    except ReturnError:
        return False
