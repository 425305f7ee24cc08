"""Counts how often something was tried, exactly, whichever process counts."""

import hashlib
import ipaddress
import math
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from config.models import ThrottleCounter

# Windows longer than this are not pruned in time; see `prune`.
LONGEST = timedelta(days=1)


class Throttled(Exception):
    """Too many tries in one window; `retry_after` says in how many seconds the next one counts anew."""

    def __init__(self, retry_after: int):
        self.retry_after = retry_after
        super().__init__(
            _("Too many tries. Please wait %(time)s and try again.") % {"time": in_words(retry_after)}
        )


def in_words(seconds: int) -> str:
    """A waiting time as people say it: 45 is "45 seconds", 61 is "2 minutes"."""
    if seconds < 60:
        return _("a second") if seconds <= 1 else _("%(count)s seconds") % {"count": seconds}
    minutes = math.ceil(seconds / 60)
    return _("a minute") if minutes == 1 else _("%(count)s minutes") % {"count": minutes}


def hit(key: str, *, limit: int, per: timedelta) -> None:
    """Count one try under `key`; raises Throttled from the try after the `limit`-th of a window on.

    Windows of length `per` (at most a day) follow each other on the clock. Name what is counted before the
    first colon and for whom after it, as in "login:203.0.113.7": the latter is stored as a digest only.
    One UPSERT, so it is exact on SQLite and PostgreSQL. Call it outside a transaction: a rollback would
    forget the try.
    """
    now = timezone.now()
    length = per.total_seconds()
    start = math.floor(now.timestamp() / length) * length
    if _count(_stored(key), datetime.fromtimestamp(start, UTC)) > limit:
        raise Throttled(max(1, math.ceil(start + length - now.timestamp())))


def _stored(key: str) -> str:
    name, _, who = key.partition(":")
    return f"{name[:50]}:{hashlib.sha256(who.encode(errors='surrogatepass')).hexdigest()[:40]}"


def _count(key: str, start: datetime) -> int:
    table = connection.ops.quote_name(ThrottleCounter._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (key, window_start, uses) VALUES (%s, %s, 1) "  # noqa: S608
            f"ON CONFLICT (key, window_start) DO UPDATE SET uses = {table}.uses + 1 RETURNING uses",
            [key, connection.ops.adapt_datetimefield_value(start)],
        )
        return cursor.fetchone()[0]


def prune() -> int:
    """Forget the windows that are over; returns how many."""
    return ThrottleCounter.objects.filter(window_start__lt=timezone.now() - 2 * LONGEST).delete()[0]


def client_address(request: HttpRequest) -> str:
    """Who asks: the address that connected, or the one the trusted proxy saw; of IPv6 its /64 network.

    Only the last entry of X-Forwarded-For was written by our proxy; the others are what the client says.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXY:
        address = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or address
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)


def mark(response: HttpResponse, throttled: Throttled) -> HttpResponse:
    """Make an answer, such as the form with what was typed, a 429 that says when to come back."""
    response.status_code = 429
    response["Retry-After"] = str(throttled.retry_after)
    return response
