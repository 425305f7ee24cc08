"""The line before the payment: in a rush people start paying one after the other, in the order in which they came.

A place is a signed cookie: for which cart, and when its turn is. Whoever reloads or presses again keeps it; it opens
the way for its cart from its turn on, for a while.
"""

import math
import time
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from config import pace
from config.kept import COOKIE, Kept
from config.throttle import Throttled
from orders import cart_cookie

NAME = "__Host-place" if settings.HTTPS else "place"
SALT = "payments.line"
PACE = "start payment"
"""What the slots are called that the places are made of."""
_NOTED = "place_in_line"
LASTS = timedelta(minutes=5)
"""For so long after its turn a place opens the way."""


@dataclass(frozen=True)
class Place:
    """A place in line: for whose cart, and when its turn is, in seconds since 1970."""

    cart: str
    turn: float

    @property
    def seconds(self) -> int:
        """How long to wait, rounded up; 0 once it is the cart's turn."""
        return max(math.ceil(self.turn - time.time()), 0)

    @property
    def ahead(self) -> int:
        """About how many are before it."""
        return max(math.ceil(round((self.turn - time.time()) * settings.THROTTLING_MAX_RPS, 3)), 0)

    @property
    def is_over(self) -> bool:
        return time.time() > self.turn + LASTS.total_seconds()


def place_of(request: HttpRequest) -> Place | None:
    """The place that the browser shows, if it is good."""
    value = request.get_signed_cookie(NAME, default="", salt=SALT)
    cart, _colon, turn = str(value).rpartition(":")
    place = Place(cart, float(turn)) if cart else None
    return place if place and not place.is_over else None


def place_in_line(request: HttpRequest) -> Place | None:
    """The place that was noted for this request, or the one that whoever asks gets now: see `stand_in_line`.

    A guest's cart is taken by its word, the signed cookie: whether there still is one is looked up when it is its turn.
    """
    if hasattr(request, _NOTED):
        return getattr(request, _NOTED)
    return stand_in_line(request, _cart_of(request))


def note(request: HttpRequest, place: Place | None) -> None:
    """Have what was found out about this request's place not be asked again."""
    setattr(request, _NOTED, place)


def stand_in_line(request: HttpRequest, cart: str) -> Place | None:
    """Let this cart (its token) start to pay now (None), or give it a place in line, the one that it has if it has one.

    Raises Throttled if the line is too long to stand in.
    """
    if settings.THROTTLING_MAX_RPS <= 0 or not cart:
        return None
    place = place_of(request)
    if place is None or place.cart != cart:
        longest = settings.THROTTLING_LONGEST_MINUTES * 60
        turn = pace.take(
            PACE,
            rate=settings.THROTTLING_MAX_RPS,
            window=settings.THROTTLING_WINDOW_SECONDS,
            longest=longest,
        )
        if turn is None:
            raise Throttled(longest)
        place = Place(cart, turn)
    return place if place.seconds else None


def _cart_of(request: HttpRequest) -> str:
    """The token of the cart of whoever asks; empty without one."""
    if request.user.is_authenticated:
        cart = cart_cookie.find(request)
        return cart.token if cart else ""
    return cart_cookie.read(request)[0]


def remember(response: HttpResponse, place: Place) -> None:
    """Have the browser keep its place."""
    response.set_signed_cookie(
        NAME,
        f"{place.cart}:{place.turn:.6f}",
        salt=SALT,
        max_age=int(place.seconds + LASTS.total_seconds()),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def kept() -> Kept:
    """The line of the privacy page's table."""
    return Kept(
        NAME,
        COOKIE,
        _("Keeps your place in line while very many people order at once."),
        _("until a few minutes after your turn"),
    )
