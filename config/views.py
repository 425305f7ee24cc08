"""Answers that belong to no room: errors in the shop's own look."""

import logging
import sys

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, NotSupportedError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

logger = logging.getLogger("tally.errors")

# What the database raises when it is away, restarting, full, or waited too long for a lock.
DATABASE_AWAY = (OperationalError, InterfaceError)
# What PostgreSQL says of a statement that was prepared before a migration changed a column's type (ADR 32).
STALE_PLAN = "cached plan must not change result type"
# Seconds after which a request that met a busy or restarting database is worth another try.
RETRY_AFTER = 2
# The same where somebody has to make room first.
RETRY_AFTER_FULL = 600


def is_database_away(error: BaseException | None) -> bool:
    """Whether the database cannot answer now and may in a moment; a connection with statements of old is let go."""
    if isinstance(error, NotSupportedError) and STALE_PLAN in str(error):
        connection.close()
        return True
    return isinstance(error, DATABASE_AWAY)


class TooMuch(RequestDataTooBig):
    """A request has a larger body than is taken here; `most` is in bytes."""

    def __init__(self, most: int):
        self.most = most
        super().__init__(f"The body is larger than {most} bytes.")


def problem(request: HttpRequest, status: int, title: str, words: str) -> HttpResponse:
    """Answer with a page that says what is wrong and leads on."""
    response = render(
        request, "problem.html", {"status": status, "title": title, "words": words}, status=status
    )
    response["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, TooMuch):
        words = _("At most %(most)s MB can be sent at once. Send less, or smaller files.")
        most = exception.most // 1_000_000
        return problem(request, 413, _("That is too much at once"), words % {"most": most})
    if isinstance(exception, RequestDataTooBig):
        return problem(request, 413, _("That is too much at once"), _("Send less, or a smaller file."))
    return problem(
        request,
        400,
        _("That did not make sense to us"),
        _("Something in the request was malformed. Nothing changed."),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return problem(
        request, 403, _("This is not yours to open"), _("Sign in with an account that may see this page.")
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return problem(
        request,
        404,
        _("There is nothing here"),
        _("The page may have moved, or the address has a slip in it."),
    )


def wrong_method(request: HttpRequest) -> HttpResponse:
    return problem(
        request,
        405,
        _("That cannot be done here"),
        _("The page is there, but it does not take this. Nothing changed."),
    )


def too_many(request: HttpRequest, retry_after: int, words: str) -> HttpResponse:
    """Answer 429; `retry_after` is in seconds, `words` say it to people."""
    response = problem(request, 429, _("That was a little fast"), words)
    response["Retry-After"] = str(retry_after)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for what nobody caught: 503 if the database is away, else 500. Neither page asks the database."""
    if is_database_away(sys.exception()):
        return unavailable(request)
    return _bare(
        500, _("That was our fault"), _("We have been told. Nothing was charged; please try once more.")
    )


def unavailable(request: HttpRequest) -> HttpResponse:
    response = _bare(
        503,
        _("We are catching our breath"),
        _("The shop is busy or restarting. Please try again in a moment."),
    )
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def shut(retry_after: int) -> HttpResponse:
    """Answer 503 while staff have shut the shop; `retry_after` is in seconds."""
    response = _bare(
        503,
        _("We are shut for a moment"),
        _("The shop is being worked on and opens again soon. Your cart and your orders are kept."),
    )
    response["Retry-After"] = str(retry_after)
    return response


def disk_full(request: HttpRequest) -> HttpResponse:
    """Answer for an upload that cannot be put anywhere."""
    response = problem(
        request,
        503,
        _("The shop cannot take files right now"),
        _("Our disk is full. Nothing was stored; please try again later."),
    )
    response["Retry-After"] = str(RETRY_AFTER_FULL)
    return response


def _bare(status: int, title: str, words: str) -> HttpResponse:
    # Without the request there is no session, no cart and no user, so nothing here can fail in turn.
    page = render_to_string("unavailable.html", {"status": status, "title": title, "words": words})
    response = HttpResponse(page, status=status)
    response["Cache-Control"] = "no-store"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    logger.warning("Refused as possibly forged: %s", reason)
    return problem(
        request,
        403,
        _("Please send that again"),
        _("The page was open for a long time or cookies are off. Go back, reload, and send it again."),
    )
