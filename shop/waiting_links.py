"""Links in the mails to people who wait: they prove an address, or end the waiting. Signed, so there is no guessing."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from shop.services.waiting import CONFIRM_WITHIN

_CONFIRM, _STOP = "shop.waiting.confirm", "shop.waiting.stop"


def confirm_link(request_id: int) -> str:
    return _link("shop:stock_confirm", request_id, _CONFIRM)


def stop_link(request_id: int) -> str:
    return _link("shop:stock_stop", request_id, _STOP)


def read_confirm(token: str) -> int | None:
    """The request whose address the link proves; None if we did not write it or it is too old."""
    return _read(token, _CONFIRM, max_age=CONFIRM_WITHIN)


def read_stop(token: str) -> int | None:
    """The request that the link ends, however old it is; None if we did not write it."""
    return _read(token, _STOP, max_age=None)


def _link(name: str, request_id: int, salt: str) -> str:
    path = reverse(name, args=[signing.dumps(request_id, salt=salt)])
    return f"{settings.PUBLIC_BASE_URL}{path}"


def _read(token: str, salt: str, *, max_age: timedelta | None) -> int | None:
    try:
        found = signing.loads(token, salt=salt, max_age=max_age)
    except signing.BadSignature:
        return None
    return found if isinstance(found, int) else None
