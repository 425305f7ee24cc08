"""The page of a place in line, and the small one in it that moves by itself where scripts are off."""

from csp.constants import SELF
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from config.throttle import in_words
from payments import line

_NOT_SENT_AGAIN = {"csrfmiddlewaretoken"}


def in_line(request: HttpRequest, place: line.Place) -> HttpResponse:
    """Answer 429 with the place in line; what was typed is in the page and is sent when the turn has come."""
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in _NOT_SENT_AGAIN
        for value in values
    ]
    context = {"place": place, "time": in_words(place.seconds), "typed": typed}
    response = render(request, "payments/line.html", context, status=429)
    response["Retry-After"] = str(place.seconds)
    line.remember(response, place)
    return response


@require_safe
@never_cache
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})
def place(request: HttpRequest) -> HttpResponse:
    """How far the line has moved, for the frame in the page above; it loads itself anew."""
    mine = line.place_of(request)
    seconds = mine.seconds if mine else 0
    context = {"place": mine, "time": in_words(seconds), "again": min(max(seconds, 1), 5)}
    return render(request, "payments/place.html", context)
