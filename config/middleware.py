"""The outermost door: a number for every request, no answer without its rules, no input that breaks us."""

import errno
import logging
import secrets
import time
from collections.abc import Callable, Iterable
from urllib.parse import unquote_to_bytes

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, UnreadablePostError

from config import logs, views
from config.throttle import Throttled

logger = logging.getLogger("tally.requests")

# Bytes of a whole request; a view that takes more says so in its attribute `largest_body`.
LARGEST_BODY = 30_000_000
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
PERMISSIONS_POLICY = "browsing-topics=(), camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class Guard:
    """Numbers, checks, marks and logs every request.

    - What no view could use is refused before one runs: NUL characters and broken UTF-8 in path, query and
      form fields (400), bodies beyond `LARGEST_BODY` (413). Cookies that hold a NUL are as good as none.
    - A database that is away or too busy is a 503 with Retry-After, whichever view met it; a throttle is a 429.
    - Every answer has X-Request-ID, Permissions-Policy and, unless its view decided otherwise, "no-store".
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        number = secrets.token_hex(16)
        token = logs.request_id.set(number)
        started = time.perf_counter()
        try:
            _drop_broken_cookies(request)
            response = _with_words(request, self.get_response(request))
            response["X-Request-ID"] = number
            response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
            response.setdefault("Cache-Control", "no-store, private")
            _log(request, response, time.perf_counter() - started)
            return response
        finally:
            logs.request_id.reset(token)

    def process_view(self, request: HttpRequest, view, args, kwargs) -> HttpResponse | None:
        """Refuse what no view could use; raised here, so that the answer passes every other middleware."""
        if "\0" in request.path or not _is_clean(request.META.get("QUERY_STRING", "")):
            raise BadRequest("NUL or broken UTF-8 in the address")
        if _body_length(request) > (most := getattr(view, "largest_body", LARGEST_BODY)):
            raise views.TooMuch(most)
        if request.method == "POST" and request.content_type in FORMS:
            try:
                fields = request.POST.lists()
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                logger.exception("An upload did not fit on the disk.")
                return views.disk_full(request)
            if _holds_nul(fields):
                raise BadRequest("NUL in a form field")
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Give the errors that any view may meet their own answer; others become a 500."""
        if isinstance(error, Throttled):
            return views.too_many(request, error.retry_after, str(error))
        if views.is_database_away(error):
            logger.error("The database did not answer.", exc_info=error)
            return views.unavailable(request)
        if isinstance(error, UnreadablePostError):
            logger.warning("The visitor left before the request was complete.")
            return views.bad_request(request)
        return None


def _with_words(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Django answers a wrong method with an empty page; let it say what is wrong, as every other page does."""
    if response.status_code == 405 and not response.streaming and not response.content:
        page = views.wrong_method(request)
        response.content, response["Content-Type"] = page.content, page["Content-Type"]
        response["Content-Length"] = str(len(response.content))
    return response


def _drop_broken_cookies(request: HttpRequest) -> None:
    # A quoted cookie may carry a NUL as "\000", and PostgreSQL takes no NUL in a session's key.
    request.COOKIES = {name: value for name, value in request.COOKIES.items() if "\0" not in name + value}


def _body_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:  # Django, too, reads nothing then
        return 0


def _is_clean(query: str) -> bool:
    raw = unquote_to_bytes(query.encode("iso-8859-1"))  # as WSGI hands it over (PEP 3333)
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in raw


def _holds_nul(fields: Iterable[tuple[str, list]]) -> bool:
    return any("\0" in text for name, values in fields for text in (name, *values))


def _log(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    # The route and not the path: addresses may hold the key to an order, and visitors' queries are theirs.
    route = request.resolver_match.route if request.resolver_match else logs.without_secrets(request.path)
    level = logging.DEBUG if route.startswith(("health/", "/static/")) else logging.INFO
    facts = {"status": response.status_code, "ms": round(seconds * 1000)}
    # Only if the view asked who it is: a line in the log is not worth a query.
    if actor := getattr(getattr(request, "_cached_user", None), "pk", None):
        facts["actor"] = actor
    logger.log(level, "%s /%s", request.method, route.lstrip("/"), extra={"facts": facts})
