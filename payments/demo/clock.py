"""Time travel for one process: what is written inside happens then, in every ledger, default and service."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from unittest.mock import patch

_shift = timedelta()


def real_now() -> datetime:
    """The time on the wall, wherever the shop's clock stands."""
    return datetime.now(UTC)


@contextmanager
def shop_time(moment: datetime) -> Iterator[None]:
    """Let `django.utils.timezone.now` start at `moment` and run on from there.

    Append-only tables take no date afterwards, and model fields hold the function itself as their default; so the
    clock that the function reads is set, for this process only. Not for processes that serve others meanwhile.
    """
    global _shift
    before, _shift = _shift, moment - real_now()
    try:
        with patch("django.utils.timezone.datetime", _Clock):
            yield
    finally:
        _shift = before


class _AnyDatetime(type):
    """Django asks of values whether they are a `datetime`: every one is."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, datetime)


class _Clock(datetime, metaclass=_AnyDatetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime.now(tz) + _shift
