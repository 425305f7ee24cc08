"""Doors for machines: robots.txt, sitemaps, the product feed. The same for everybody; no cookie, nothing personal."""

import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.db.models import Count, Max
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from config import throttle, toggles
from inventory.models import Location, StockMovement
from shop import flash
from shop.found import feed, sitemaps
from shop.found import robots as rules
from shop.found.spool import Spool
from shop.models import Category, Product

# A sitemap may be this much older than a page, in page lifetimes: ten minutes, as pages live a second.
KEEP = 600
KEEP_FEED = 900
# Seconds after which another may build the feed, if who began has gone.
LONGEST_BUILD, FOR_EVER = 120, 1e12
PART = re.compile(r"([a-z]{1,20})-(0|[1-9][0-9]{0,8})")
XML = "application/xml; charset=utf-8"


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return _kept(
        request, "robots", lambda: (f"{line}\n" for line in rules.lines()), "text/plain; charset=utf-8"
    )


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    return _kept(request, "sitemap", sitemaps.index, XML)


@require_safe
def sitemap_page(request: HttpRequest, part: str) -> HttpResponse:
    """One page of the sitemap, such as "products-3"; 404 if there is none, and if its name is written oddly."""
    named = PART.fullmatch(part)
    if named is None:
        raise Http404
    section, number = named[1], int(named[2])
    try:
        return _kept(request, part, lambda: sitemaps.page(section, number), XML)
    except sitemaps.NoSuchPage as error:
        raise Http404 from error


def _kept(request: HttpRequest, name: str, build: Callable[[], Iterable[str]], kind: str) -> HttpResponse:
    """Answer with a text that is built now and then, kept small, and not sent again to who has it."""
    key = f"found:{settings.PUBLIC_BASE_URL}:{name}"
    kept = caches["pages"].get(key)
    if kept is None:
        text = "".join(build()).encode()
        kept = zlib.compress(text, 6), f'"{hashlib.blake2b(text, digest_size=12).hexdigest()}"'
        caches["pages"].set(key, kept, settings.PAGE_CACHE_SECONDS * KEEP)
    packed, etag = kept
    response: HttpResponse
    if knows(request, etag):
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(zlib.decompress(packed), content_type=kind)
    return shared(response, etag)


def knows(request: HttpRequest, etag: str) -> bool:
    """Whether who asks has this text already."""
    known = [tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))]
    return etag in known or "*" in known


Answer = TypeVar("Answer", bound=HttpResponseBase)


def shared(response: Answer, etag: str) -> Answer:
    """Mark an answer as everybody's."""
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=600"
    return response


@require_safe
def products_feed(request: HttpRequest) -> HttpResponseBase:
    """The product feed: at most a quarter of an hour old, built while it is read, then given out from a file."""
    if not toggles.is_on("partner feeds"):
        raise Http404
    spool = Spool(Path(settings.VAR_DIR) / "feeds", f"products-{_of_this_shop()}")
    kept = spool.newest(seconds=settings.PAGE_CACHE_SECONDS * KEEP_FEED)
    mark, path = kept if kept else (state := _state(), spool.confirm(state))
    if knows(request, f'"{mark}"'):
        return shared(HttpResponseNotModified(), f'"{mark}"')
    if request.method == "HEAD":
        return shared(HttpResponse(content_type=XML), f'"{mark}"')
    if path and (file := _opened(path)):
        return _from_file(file, mark)
    if caches["default"].add(f"found:feed:{spool.name}", mark, LONGEST_BUILD):
        return shared(StreamingHttpResponse(Building(spool, mark), content_type=XML), f'"{mark}"')
    return _while_others_build(spool)


class Building:
    """The feed on its way to its first reader; when that one is done, or leaves, somebody else may build."""

    def __init__(self, spool: Spool, mark: str):
        self.name, self._pieces = spool.name, spool.keep(mark, feed.write())

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        self._pieces.close()
        caches["default"].delete(f"found:feed:{self.name}")


def _while_others_build(spool: Spool) -> HttpResponseBase:
    """The copy before, however old: seconds of work for each of many who ask at once would stop the shop."""
    older = spool.newest(seconds=FOR_EVER)
    file = _opened(older[1]) if older else None
    if older is None or file is None:
        raise throttle.Throttled(retry_after=30)
    return _from_file(file, older[0])


def _from_file(file: BufferedReader, mark: str) -> FileResponse:
    return shared(FileResponse(file, content_type=XML, filename="products.xml"), f'"{mark}"')


def _opened(path: Path) -> BufferedReader | None:
    """The file, unless another process has just replaced it."""
    try:
        return path.open("rb")
    except OSError:
        return None


def _of_this_shop() -> str:
    """Names the copies apart from those of another shop on the same machine."""
    facts = (
        connection.settings_dict["NAME"],
        settings.PUBLIC_BASE_URL,
        settings.CURRENCY,
        settings.SHOP_COUNTRY,
    )
    return hashlib.blake2b(repr(facts).encode(), digest_size=6).hexdigest()


def _state() -> str:
    """A mark that is another one whenever the feed would be: something was changed, put up, hidden or moved.

    Four statements. The stock's ledger only grows, so its last line stands for all of it.
    """
    facts = (
        Product.objects.aggregate(Count("pk"), Max("updated_at")),
        Category.objects.aggregate(Count("pk"), Max("updated_at")),
        StockMovement.objects.aggregate(Max("pk")),
        Location.objects.filter(is_sellable=True).count(),
        flash.signature(),
    )
    return hashlib.blake2b(repr(facts).encode(), digest_size=12).hexdigest()
