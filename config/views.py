"""Answers that belong to no room: errors in the shop's own look."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def problem(request: HttpRequest, status: int, title: str, words: str) -> HttpResponse:
    """Answer with a page that says what is wrong and leads on."""
    response = render(
        request, "problem.html", {"status": status, "title": title, "words": words}, status=status
    )
    response["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return problem(
        request,
        400,
        "That did not make sense to us",
        "Something in the request was malformed. Nothing changed.",
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return problem(
        request, 403, "This is not yours to open", "Sign in with an account that may see this page."
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return problem(
        request, 404, "There is nothing here", "The page may have moved, or the address has a slip in it."
    )


def server_error(request: HttpRequest) -> HttpResponse:
    return problem(
        request, 500, "That was our fault", "We have been told. Nothing was charged; please try once more."
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return problem(
        request,
        403,
        "Please send that again",
        "The page was open for a long time or cookies are off. Go back, reload, and send it again.",
    )
