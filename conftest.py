"""What all tests share."""

import pytest
from django.core.cache import caches


@pytest.fixture(autouse=True)
def _empty_caches():
    """No test sees a page that another one cached."""
    for cache in caches.all():
        cache.clear()
