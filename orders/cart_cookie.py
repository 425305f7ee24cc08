"""How a browser remembers its cart: a signed cookie "<token>:<pieces>", and no session row.

The number is there so that every page can show it without asking the database; prices and lines are not.
A door that changes the cart calls `remember` or `forget`; the middleware puts that on the answer.
"""

from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language

from accounts.models import User
from orders import services as orders
from orders.models import Cart

NAME = "__Host-cart" if settings.HTTPS else "cart"
SALT = "orders.cart"
_MAX_AGE = 60 * 60 * 24 * orders.COOKIE_DAYS


def read(request: HttpRequest) -> tuple[str, int]:
    """Return the token and the number of pieces that the browser shows; ("", 0) without a good cookie."""
    value = getattr(request, "cart_cookie", None)
    if value is None:
        value = request.get_signed_cookie(NAME, default="", salt=SALT, max_age=_MAX_AGE)
    token, _, pieces = str(value).rpartition(":")
    return (token, int(pieces)) if pieces.isdecimal() else ("", 0)


def remember(request: HttpRequest, cart: Cart, pieces: int) -> None:
    """Let the answer to this request carry the cart's token and its number of pieces."""
    request.cart_cookie = f"{cart.token}:{pieces}"  # type: ignore[attr-defined]


def forget(request: HttpRequest) -> None:
    """Let the answer to this request take the cookie away."""
    request.cart_cookie = ""  # type: ignore[attr-defined]


def customer_of(request: HttpRequest) -> User | None:
    """Return who is signed in, if anybody is."""
    return request.user if request.user.is_authenticated else None


def find(request: HttpRequest) -> Cart | None:
    """Return the cart of whoever asks."""
    return orders.find_cart(read(request)[0], customer_of(request))


def find_or_begin(request: HttpRequest) -> Cart:
    """Return the cart of whoever asks; a guest's new one is not saved before something is put into it."""
    customer = customer_of(request)
    if customer is not None:
        return orders.ensure_cart(None, customer)
    return find(request) or Cart()


class CartCookieMiddleware:
    """Writes the cookie that a door asked for; answers of all others pass untouched."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        value = getattr(request, "cart_cookie", None)
        if value:
            response.set_signed_cookie(
                NAME,
                value,
                salt=SALT,
                max_age=_MAX_AGE,
                secure=settings.HTTPS,
                httponly=True,
                samesite="Lax",
            )
        elif value == "" and NAME in request.COOKIES:
            response.delete_cookie(NAME, samesite="Lax")
        return response


def badge_of(request: HttpRequest, page: str) -> str | None:
    """The page with the number of pieces on its cart; None if it has no badge to write it on."""
    empty = _badge(get_language(), 0)
    if page.count(empty) != 1:
        return None
    return page.replace(empty, _badge(get_language(), read(request)[1]))


@lru_cache(maxsize=512)
def _badge(language: str | None, pieces: int) -> str:
    return render_to_string("_cart_badge.html", {"cart_count": pieces}).strip()
