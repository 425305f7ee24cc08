"""Pages that are the same for everybody: built once a second at most, and not sent again to who has them.

A visitor who brings no cookie gets the whole page from the cache, with an ETag. One who does (a cart, a login, a
message) gets their own header around the same cached content, marked private. Nothing personal enters the cache.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags


@dataclass(frozen=True)
class Part:
    """The shared part of a page: its content as HTML and what its head says."""

    html: str
    title: str
    description: str = ""
    canonical: str = ""
    image: str = ""
    kind: str = "website"
    is_indexed: bool = True
    nav_current: str = ""
    q: str = ""


def answer(request: HttpRequest, template: str, key: str, build: Callable[[], Part]) -> HttpResponse:
    """Answer with `template` around the part that `build` makes; `key` tells one part from all others."""
    key = f"shop:{hashlib.sha256(key.encode()).hexdigest()}"
    if request.COOKIES:
        response = render(request, template, {"part": _part(key, build)})
        response["Cache-Control"] = "private, no-cache"
    else:
        response = _shared(request, template, key, build)
        response["Cache-Control"] = "public, max-age=0, must-revalidate"
    patch_vary_headers(response, ["Cookie"])
    return response


def _part(key: str, build: Callable[[], Part]) -> Part:
    part = caches["pages"].get(key)
    if part is None:
        part = build()
        caches["pages"].set(key, part, settings.PAGE_CACHE_SECONDS)
    return part


def _shared(request: HttpRequest, template: str, key: str, build: Callable[[], Part]) -> HttpResponse:
    page = caches["pages"].get(f"{key}:page")
    if page is None:
        content = render(request, template, {"part": _part(key, build)}).content
        page = content, f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
        caches["pages"].set(f"{key}:page", page, settings.PAGE_CACHE_SECONDS)
    content, etag = page
    known = [tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))]
    response = HttpResponseNotModified() if etag in known or "*" in known else HttpResponse(content)
    response["ETag"] = etag
    return response
