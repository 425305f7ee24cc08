"""Pages that are the same for everybody: built once a second at most, and not sent again to who has them.

A visitor who brings no cookie gets the whole page as it is kept, with an ETag. One whose cookies are known to change
a corner of it only (the cart's badge) gets the same page with that corner changed; anybody else (a login, a message)
gets their own header around the same kept content. Both are marked private. Nothing personal is ever kept.
"""

import copy
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import ResolverMatch
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from shop import kept

PUBLIC = "public, max-age=0, must-revalidate"
PRIVATE = "private, no-cache"


@dataclass(frozen=True)
class Part:
    """The shared part of a page: its content as HTML and what its head says.

    `image` comes with its size in pixels and what it shows; `data` are JSON-LD blocks from `shop.found.structured`;
    `refresh` are the seconds after which a browser without scripts looks again, 0 for never.
    """

    html: str
    title: str
    description: str = ""
    canonical: str = ""
    image: str = ""
    image_width: int = 0
    image_height: int = 0
    image_alt: str = ""
    data: str = ""
    kind: str = "website"
    is_indexed: bool = True
    nav_current: str = ""
    q: str = ""
    refresh: int = 0


# For a cookie's name: what it changes in the page that everybody gets; None if it cannot.
Corner = Callable[[HttpRequest, str], str | None]
_corners: dict[str, Corner] = {}


def personalise(cookie: str, corner: Corner) -> None:
    """Let a room above say what its cookie changes in a shared page. Called when the room starts."""
    _corners[cookie] = corner


def answer(request: HttpRequest, template: str, key: str, build: Callable[[], Part]) -> HttpResponse:
    """Answer with `template` around the part that `build` makes; `key` tells one part from all others.

    Each language has its own of them.
    """

    def part() -> Part:
        return kept.get(("part", key), build)

    def whole() -> tuple[str, str]:
        context = {"part": part()}
        html = render(_nobody(request), template, context).content.decode()
        return html, _etag(html)

    if not request.COOKIES:
        html, etag = kept.get(("page", key), whole)
        response = unless_known(request, html, etag)
        response["Cache-Control"] = PUBLIC
    elif own := _with_own_corners(request, lambda: kept.get(("page", key), whole)[0]):
        response = unless_known(request, own, _etag(own))
        response["Cache-Control"] = PRIVATE
    else:
        response = render(request, template, {"part": part()})
        response["Cache-Control"] = PRIVATE
    patch_vary_headers(response, ["Cookie"])
    return response


def fragment(request: HttpRequest, key: str, build: Callable[[], str]) -> HttpResponse:
    """Answer with the small piece of a page that `build` makes: one and the same for everybody, cookie or not."""

    def whole() -> tuple[str, str]:
        html = build()
        return html, _etag(html)

    html, etag = kept.get(("fragment", key), whole)
    response = unless_known(request, html, etag)
    response["Cache-Control"] = PUBLIC
    return response


def _with_own_corners(request: HttpRequest, page: Callable[[], str]) -> str | None:
    """The shared page with this visitor's corners, if their cookies change nothing else."""
    if not request.COOKIES.keys() <= _corners.keys():
        return None
    html: str | None = page()
    for cookie in request.COOKIES:
        html = html and _corners[cookie](request, html)
    return html


def _nobody(request: HttpRequest) -> HttpRequest:
    """The same request, asked by somebody without cookies."""
    stranger = copy.copy(request)
    stranger.COOKIES = {}
    return stranger


def _etag(html: str) -> str:
    return f'"{hashlib.blake2b(html.encode(), digest_size=12).hexdigest()}"'


def unless_known(request: HttpRequest, html: str, etag: str) -> HttpResponse:
    """The content, or a 304 for a browser that has it (RFC 9110, 13.1.2)."""
    response = HttpResponseNotModified() if is_known(request, etag) else HttpResponse(html)
    response["ETag"] = etag
    return response


def is_known(request: HttpRequest, etag: str) -> bool:
    """Whether the browser says that it has this version."""
    said = request.META.get("HTTP_IF_NONE_MATCH", "")
    known = [tag.removeprefix("W/") for tag in parse_etags(said)] if said else []
    return etag in known or "*" in known


@dataclass(frozen=True)
class _Finished:
    """An answer as it left: sent again as it is to whoever asks the same in the same moment."""

    content: bytes
    headers: dict[str, str]
    etag: str
    resolver_match: ResolverMatch | None


def _is_public(response: HttpResponse) -> bool:
    return (
        response.status_code == 200
        and response.get("Cache-Control") == PUBLIC
        and response.get("Vary", "Cookie") == "Cookie"
        and "ETag" in response
    )


class FinishedPagesMiddleware:
    """Answers visitors without cookies from the finished public pages of this moment, before anything else runs.

    Only what `answer` marked public is kept, for the same scheme, host and address, with every header that the other
    middlewares gave it. A page that varies by more than cookies is not.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "GET" or request.COOKIES:
            return self.get_response(request)
        host = request.META.get("HTTP_HOST") or request.META.get("SERVER_NAME")
        address = request.scheme, host, request.get_full_path()
        if page := kept.find(address):
            return self._again(request, page)
        response = self.get_response(request)
        if _is_public(response):
            page = _Finished(
                response.content, dict(response.items()), response["ETag"], request.resolver_match
            )
            kept.put(address, page)
        return response

    def _again(self, request: HttpRequest, page: _Finished) -> HttpResponse:
        request.resolver_match = page.resolver_match
        is_known_page = is_known(request, page.etag)
        response = HttpResponseNotModified() if is_known_page else HttpResponse(page.content)
        for name, value in page.headers.items():
            if not (is_known_page and name in {"Content-Type", "Content-Length"}):
                response.headers[name] = value
        return response
