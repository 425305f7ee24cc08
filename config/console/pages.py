"""Pages of the console that are no list of one model: rooms sign them up, the front page links to them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import path

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Page:
    """`route` is below the console's address, `name` the page's in `admin:…`. Without `words` nothing links to it."""

    route: str
    name: str
    words: str
    permission: str
    view: View

    @property
    def address(self) -> str:
        return f"admin:{self.name}"


_pages: list[Page] = []


def page(route: str, *, name: str, permission: str, words: str = "") -> Callable[[View], View]:
    """Put a view into the console, for those with the permission; it is called with the site, then as any view."""

    def sign_up(view: View) -> View:
        _pages.append(Page(route, name, words, permission, view))
        return view

    return sign_up


def page_urls(site: AdminSite) -> list[Any]:
    return [
        path(each.route, site.admin_view(partial(_guarded, each, site)), name=each.name) for each in _pages
    ]


def _guarded(page: Page, site: AdminSite, request: HttpRequest, **words: Any) -> HttpResponseBase:
    if not request.user.has_perm(page.permission):
        raise PermissionDenied
    return page.view(site, request, **words)


def linked_pages(request: HttpRequest) -> list[Page]:
    return [each for each in _pages if each.words and request.user.has_perm(each.permission)]
