"""In a rush most answers are a place in line: it is given at the door, before sessions, forms and pages are begun.

What all these answers have in common, headers and page, is taken from one that went the whole way a moment ago. A
request that is in any way unusual goes the whole way as well.
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language

from config import toggles
from config.throttle import Throttled
from orders import cart_cookie
from payments import line, views_line
from shop import kept

LARGEST_FORM = 20_000
"""Bytes; the checkout's form has less than two thousand."""
_FORM = "application/x-www-form-urlencoded"
_TOKEN = re.compile(r"[0-9A-Za-z]{64}")
# Headers of one answer, not of its kind.
_OWN = {"Content-Length", "Retry-After"}


class DoorMiddleware:
    """Gives a guest's order its place in line; whoever need not wait goes on, and is not asked again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or request.path != reverse("payments:checkout"):
            return self.get_response(request)
        known = kept.find(("door", get_language()))
        if known and _is_usual(request) and (place := _place(request)):
            page, headers = known
            answer = views_line.answer(request, place, page, request.POST["csrfmiddlewaretoken"])
            for name, text in headers.items():
                answer[name] = text
            answer["Content-Length"] = str(len(answer.content))
            return answer
        response = self.get_response(request)
        if isinstance(response, views_line.InLine):
            headers = {name: text for name, text in response.headers.items() if name not in _OWN}
            kept.put(("door", get_language()), (response.page, headers))
        return response


def _is_usual(request: HttpRequest) -> bool:
    """Whether nothing but the line has to look at it: a guest's cart, and the form as our own page sends it."""
    return (
        request.content_type == _FORM
        and _length(request) < LARGEST_FORM
        and not request.META.get("QUERY_STRING")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and (request.is_secure() or not settings.SECURE_SSL_REDIRECT)
        and toggles.is_on("guest checkout")
        and _TOKEN.fullmatch(request.POST.get("csrfmiddlewaretoken", "")) is not None
        and "update" not in request.POST
        and not any("\0" in text for name, texts in request.POST.lists() for text in (name, *texts))
    )


def _length(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH", "")
    return int(length) if length.isdecimal() else LARGEST_FORM


def _place(request: HttpRequest) -> line.Place | None:
    """Where the guest stands; None if it is their turn, which is noted, or something else is to be said."""
    cart, _pieces = cart_cookie.read(request)
    try:
        place = line.stand_in_line(request, cart)
    except Throttled:
        return None
    line.note(request, place)
    return place
