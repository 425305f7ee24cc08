"""Waiting for what is sold out: asked for once, confirmed by mail, told once.

How many are told: each piece that can be had is worth a mail to `BACK_IN_STOCK_PER_PIECE` people a day, in the order in
which they asked. One piece and 500 who wait make three mails today and, if nobody of them wanted it, three tomorrow.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from shop.models import StockRequest, Variant
from shop.services.errors import ShopError

# How long a mail to somebody counts against the pieces that are there.
ROUND = timedelta(days=1)
# Mails of one run about one variant; the run a minute later goes on from there.
MOST_AT_ONCE = 500
CONFIRM_WITHIN = timedelta(days=7)
# A month of a setting, in days; and how long the trace of a mail is kept.
MONTH, KEEP_TOLD = timedelta(days=30), timedelta(days=7)


class StillAvailable(ShopError):
    def __init__(self) -> None:
        super().__init__(_("This can be bought now: there is no need to wait for it."))


def ask_for_stock(variant: Variant, email: str, *, user: User | None, language: str = "") -> None:
    """Note that somebody wants a mail once `variant` can be bought again, and prove the address if need be.

    A customer who asks for the address of their own account has proven it; to any other one a link is mailed. To ask
    again changes nothing, and the same happens whether the address is known or not. Raises StillAvailable.
    """
    if Variant.objects.with_available().filter(pk=variant.pk, available__gt=0).exists():
        raise StillAvailable
    from shop import tasks

    email, now = email.lower(), timezone.now()
    is_proven = user is not None and user.email == email and user.email_verified_at is not None
    open_now = StockRequest.objects.filter(variant=variant, email=email, notified_at__isnull=True)
    with transaction.atomic():
        open_now.filter(expires_at__lte=now).delete()
        request, _is_new = open_now.get_or_create(
            defaults={
                "variant": variant,
                "email": email,
                "language": language,
                "expires_at": now + settings.BACK_IN_STOCK_MONTHS * MONTH,
            }
        )
        if is_proven:
            open_now.filter(pk=request.pk, confirmed_at__isnull=True).update(confirmed_at=now, user=user)
        else:
            tasks.ask_to_confirm.enqueue(request.pk)


def confirm_request(request_id: int) -> StockRequest | None:
    """Prove the address of a request, as often as its link is used; None if there is no such request any more."""
    rows = StockRequest.objects.filter(pk=request_id, expires_at__gt=timezone.now())
    rows.filter(confirmed_at__isnull=True).update(confirmed_at=timezone.now())
    return rows.select_related("variant__product").first()


def stop_request(request_id: int) -> None:
    """Forget a request and its address."""
    StockRequest.objects.filter(pk=request_id).delete()


def tell_who_waits() -> int:
    """Enqueue the mails about everything that is available again; returns how many. One query if nobody waits.

    Safe to run several times at once: whoever sets `notified_at` enqueues the mail, in one transaction.
    """
    awaited = StockRequest.objects.open().order_by().values("variant")
    back = (
        Variant.objects.on_sale()
        .filter(pk__in=awaited)
        .with_available()
        .filter(available__gt=0)
        .order_by("pk")
    )
    return sum(_tell(variant, available) for variant, available in back.values_list("pk", "available"))


def _tell(variant_id: int, available: int) -> int:
    from shop import tasks

    # In this order: what another run tells in between is counted below, so that together they never tell too many.
    waiting = list(_queue(variant_id)[:MOST_AT_ONCE])
    now = timezone.now()
    told = StockRequest.objects.filter(variant=variant_id, notified_at__gt=now - ROUND).count()
    room = max(available * settings.BACK_IN_STOCK_PER_PIECE - told, 0)
    done = 0
    with transaction.atomic():
        for request_id in waiting[:room]:
            if _unclaimed(request_id).update(notified_at=now):
                tasks.send_back_in_stock.enqueue(request_id)
                done += 1
    return done


def _unclaimed(request_id: int) -> QuerySet[StockRequest]:
    """The guard: of two that set `notified_at` at once, the second finds no row any more."""
    return StockRequest.objects.filter(pk=request_id, notified_at__isnull=True)


def _queue(variant_id: int) -> QuerySet:
    return StockRequest.objects.open().filter(variant=variant_id).order_by("pk").values_list("pk", flat=True)


def forget_requests() -> int:
    """Delete what has expired, was never confirmed, or was told a week ago; returns how many."""
    now = timezone.now()
    expired = StockRequest.objects.filter(expires_at__lte=now)
    unproven = StockRequest.objects.filter(confirmed_at__isnull=True, created_at__lte=now - CONFIRM_WITHIN)
    told = StockRequest.objects.filter(notified_at__lte=now - KEEP_TOLD)
    return sum(rows.delete()[0] for rows in (expired, unproven, told))


def requests_of(user: User) -> QuerySet[StockRequest]:
    """What a customer waits for, with their account or under the address that it has."""
    return StockRequest.objects.filter(email=user.email) | StockRequest.objects.filter(user=user)
