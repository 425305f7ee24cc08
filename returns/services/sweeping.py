"""What the clock does with returns: reminds, lets expire, pays what a crash left unpaid, closes what is done."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from orders.models import OrderLine
from returns.models import ReturnPayout, ReturnRequest
from returns.services.deciding import expire
from returns.services.errors import ReturnError
from returns.services.resolving import pay_payouts
from returns.tasks import send_return_mail

S = ReturnRequest.State
_MOST = 500
"""Returns that one run reminds of or lets expire; the next one goes on."""


def follow_returns() -> dict[str, int]:
    """Do what is due, once, whoever else does it at the same time; returns how often by what.

    One return that cannot be followed does not hold up the others: its error is raised at the end, with all such.
    """
    errors: list[Exception] = []
    done = {
        "reminded": _each(_remind, _to_remind()[:_MOST], errors),
        "expired": _each(expire, _to_expire()[:_MOST], errors),
        "closed": _each(pay_payouts, _to_carry_on(), errors),
    }
    if errors:
        raise ExceptionGroup("Some returns could not be followed.", errors)
    return done


def _to_remind() -> QuerySet[ReturnRequest]:
    """Those whose goods have to be here in some days and have not come; not of what was authorised only lately.

    Where the reminder would come soon after the authorisation, it waits until half of the time is over.
    """
    today = timezone.localdate()
    soon = today + timedelta(days=settings.RETURN_REMINDER_DAYS)
    half = timezone.now() - timedelta(days=settings.RETURN_ARRIVES_WITHIN_DAYS) / 2
    return ReturnRequest.objects.filter(
        state=S.AUTHORISED,
        reminded_at=None,
        expires_on__gte=today,
        expires_on__lte=soon,
        state_since__lte=half,
    ).order_by("pk")


@transaction.atomic
def _remind(row: ReturnRequest) -> bool:
    waiting = ReturnRequest.objects.filter(pk=row.pk, state=S.AUTHORISED, reminded_at=None)
    if not waiting.update(reminded_at=timezone.now()):
        return False
    send_return_mail.enqueue(row.pk, "reminder")
    return True


def _to_expire() -> QuerySet[ReturnRequest]:
    over = ReturnRequest.objects.filter(state__in=ReturnRequest.AWAITED, expires_on__lt=timezone.localdate())
    return over.order_by("pk")


def _to_carry_on() -> QuerySet[ReturnRequest]:
    """Those of which something may be left to do. What waits for people does not: a parcel to pack, a problem."""
    of_it = OuterRef("pk")
    to_ship = OrderLine.objects.filter(
        replaces_returned__request=of_it, quantity__gt=F("cancelled") + F("shipped")
    )
    payouts = ReturnPayout.objects.filter(request=of_it)
    all_problems = Exists(payouts) & ~Exists(payouts.filter(problem=""))
    return ReturnRequest.objects.filter(~Exists(to_ship), ~all_problems, state=S.RESOLVED).order_by("pk")


def _each(
    act: Callable[[ReturnRequest], object], rows: QuerySet[ReturnRequest], errors: list[Exception]
) -> int:
    """Do it with each; what somebody else did meanwhile is no trouble. Returns how often it was done."""
    done = 0
    for row in list(rows):
        try:
            done += bool(act(row))
        except ReturnError:
            continue
        except Exception as error:
            errors.append(error)
    return done
