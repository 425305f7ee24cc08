"""What all visitors of one process share for a moment: built once in PAGE_CACHE_SECONDS, then forgotten together.

Everything kept here ends at the same time, so a page made of kept parts is never older than that, however they are
nested. Of several threads that want the same thing one builds it; the others wait. Values are shared, not copied:
nobody changes them. Nothing personal may enter.
"""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from django.conf import settings
from django.utils.translation import get_language

T = TypeVar("T")
# Things kept at once, so that a visitor who asks for ever new addresses fills no memory.
MOST = 1000


class _Moment:
    """Everything that was built since it began."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.values: dict[Hashable, Any] = {}
        self.locks: dict[Hashable, threading.Lock] = {}


_moment = _Moment()


def get(key: Hashable, build: Callable[[], T]) -> T:
    """Return what `build` returned for this key, in the language of now, within the current moment.

    What `build` raises is not kept. With PAGE_CACHE_SECONDS=0 nothing is.
    """
    if settings.PAGE_CACHE_SECONDS <= 0:
        return build()
    moment, key = _current(), (get_language(), key)
    if key in moment.values:
        return moment.values[key]
    with moment.locks.setdefault(key, threading.Lock()):
        if key not in moment.values:
            value = build()
            if len(moment.values) >= MOST:
                return value
            moment.values[key] = value
        return moment.values[key]


def find(key: Hashable) -> Any:
    """Return what was put there in this moment, else None."""
    return _current().values.get(key) if settings.PAGE_CACHE_SECONDS > 0 else None


def put(key: Hashable, value: object) -> None:
    """Keep a value until the moment ends."""
    if settings.PAGE_CACHE_SECONDS > 0 and len(_current().values) < MOST:
        _moment.values[key] = value


def _current() -> _Moment:
    global _moment
    if time.monotonic() - _moment.began >= settings.PAGE_CACHE_SECONDS:
        _moment = _Moment()
    return _moment


def forget() -> None:
    """Let go of everything now, in this process."""
    global _moment
    _moment = _Moment()
