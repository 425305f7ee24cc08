"""What the shop keeps in a visitor's browser, said in one table: each room signs up its own.

The privacy page shows the table, and a test compares it with what pages really set. All of it is needed for what the
visitor asked for, so there is no banner to agree to (https://www.edpb.europa.eu, guidelines on Article 5(3)).
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise
COOKIE, STORAGE = _("Cookie"), _("Browser storage")


@dataclass(frozen=True)
class Kept:
    """One thing in the browser: its name, what kind it is, what it is for, and for how long."""

    name: str
    kind: Words
    purpose: Words
    lasts: Words


_kept: list[Callable[[], Kept]] = []


def register(make: Callable[[], Kept]) -> None:
    """Sign up one thing; asked each time, as names are settings."""
    _kept.append(make)


def table() -> list[Kept]:
    """All that the shop keeps in a browser."""
    return [make() for make in _kept]


WHILE_OPEN = _("until the browser is closed")
register(
    lambda: Kept(
        settings.SESSION_COOKIE_NAME,
        COOKIE,
        _("Keeps you signed in. Set when you sign in, or when you save a thing for later before you do."),
        _("two weeks, or until you sign out"),
    )
)
register(
    lambda: Kept(
        settings.CSRF_COOKIE_NAME,
        COOKIE,
        _("Proves that a form was sent from a page of this shop. Set with such forms only."),
        _("one year"),
    )
)
register(
    lambda: Kept(
        "messages",
        COOKIE,
        _("Carries one sentence to the next page, such as “It is in your cart”."),
        _("until it was shown"),
    )
)
