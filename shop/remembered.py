"""What a list may remember longer than a page is kept: what a search found, and the numbers beside its filters.

Neither prices nor stock are among it: a card always says what is so now.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

from django.conf import settings
from django.core.cache import caches

T = TypeVar("T")


def remembered(key: Sequence[object], make: Callable[[], T]) -> T:
    """Return what `make` made for this key in the last LIST_CACHE_SECONDS, in this process; never None."""
    name = f"shop:{hashlib.sha256(repr(key).encode()).hexdigest()}"
    found = caches["pages"].get(name)
    if found is None:
        found = make()
        caches["pages"].set(name, found, settings.LIST_CACHE_SECONDS)
    return found
