"""Doors that take photos: they let larger forms in, and answer the script that shows how far an upload is."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest
from django.http.response import HttpResponseBase

# Bytes of a whole form with its photos.
LARGEST_FORM = 100_000_000
# Sent by static/js/photos.js, which cannot see where a redirect leads.
WATCHED = "X-Upload-Watched"
View = Callable[..., HttpResponseBase]


def takes_photos(view: View) -> View:
    """Let a view take a form of up to LARGEST_FORM bytes.

    To the script that shows its progress, a redirect becomes an empty answer that names the address in X-Location: the
    page behind it is then asked for once, by the browser itself, and shows its messages.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if WATCHED in request.headers and 300 <= response.status_code < 400:
            response.status_code = 200
            response["X-Location"] = response["Location"]
            del response["Location"]
        return response

    guarded.largest_body = LARGEST_FORM  # type: ignore[attr-defined]  # read by config.middleware
    return guarded
