"""The page of a place in line, and the small one in it that moves by itself where scripts are off.

In a rush most answers are this page, so it is made once a moment for everybody; where people differ it holds marks.
"""

from html import escape

from csp.constants import SELF
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from config.throttle import in_words
from payments import line
from shop import kept

_NOT_SENT_AGAIN = {"csrfmiddlewaretoken"}
_MARKS = {name: f"[[{name}]]" for name in ("seconds", "words", "typed", "csrf_token")}


class InLine(HttpResponse):
    """429 with a place in line; `page` is the page as everybody gets it, with its marks."""

    status_code = 429

    def __init__(self, page: str, own: dict[str, str]):
        self.page = page
        for name, text in own.items():
            page = page.replace(_MARKS[name], text)
        super().__init__(page)


def in_line(request: HttpRequest, place: line.Place) -> InLine:
    """Answer with the place in line; what was typed is in the page and is sent when the turn has come."""
    return answer(request, place, _page(request), get_token(request))


def answer(request: HttpRequest, place: line.Place, page: str, token: str) -> InLine:
    """Fill the page that all have in common with what is this visitor's own; `token` is for its form."""
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in _NOT_SENT_AGAIN
        for value in values
    ]
    own = {
        "seconds": str(place.seconds),
        "words": escape(_words(place)),
        "csrf_token": token,
        # Last: what people type is not looked through for marks.
        "typed": "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in typed
        ),
    }
    response = InLine(page, own)
    response["Retry-After"] = str(place.seconds)
    line.remember(response, place)
    return response


def _page(request: HttpRequest) -> str:
    """The page with its marks, as everybody gets it; messages wait for a page of one's own."""
    return kept.get(
        "place in line",
        lambda: render_to_string("payments/line.html", {**_MARKS, "messages": ()}, request=request),
    )


def _words(place: line.Place) -> str:
    ahead = ngettext(
        "About %(ahead)s person is before you.", "About %(ahead)s people are before you.", place.ahead
    )
    turn = _("Your turn comes in %(time)s.") % {"time": in_words(place.seconds)}
    return f"{ahead % {'ahead': place.ahead}} {turn}"


@require_safe
@never_cache
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": [SELF]})
def place(request: HttpRequest) -> HttpResponse:
    """How far the line has moved, for the frame in the page above; it loads itself anew."""
    mine = line.place_of(request)
    seconds = mine.seconds if mine else 0
    context = {"place": mine, "words": _words(mine) if mine else "", "again": min(max(seconds, 1), 5)}
    return render(request, "payments/place.html", context)
