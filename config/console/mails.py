"""The mails that the shop writes, shown to staff as their readers see them. Looking sends nothing."""

from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.conf import settings
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import get_language_info
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from config import languages
from config.mail_samples import Sample, samples

# Who answers customers should know what we wrote to them. The mails are filled with samples, not with anybody's data.
PERMISSION = "orders.view_order"
# CSS pixels: a phone's, and the reading pane of a mail program.
WIDTHS = {"On a phone": 390, "On a desk": 700}
# A mail has its dark colours under this condition; a look is what is put in its place.
IN_THE_DARK = "@media (prefers-color-scheme: dark)"
LOOKS = {"light": "@media not all", "dark": "@media all"}
# Of the frame alone: the mail's own styles hold, all else is shut.
POLICY: dict[str, Any] = {
    "default-src": [NONE],
    "img-src": None,
    "style-src": [UNSAFE_INLINE],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": True,
}


def urls(site: AdminSite) -> list[Any]:
    def page(request: HttpRequest, key: str = "") -> HttpResponse:
        return _page(request, site, key)

    return [
        path("mails/", site.admin_view(page), name="mails"),
        path("mails/<slug:key>/", site.admin_view(page), name="mail"),
        path("mails/<slug:key>/html/", site.admin_view(_html), name="mail_html"),
    ]


def may_see(request: HttpRequest) -> bool:
    return request.user.has_perm(PERMISSION)


@require_safe
def _page(request: HttpRequest, site: AdminSite, key: str) -> HttpResponse:
    """All mails, and one of them: its subject, its page at two widths, its text."""
    if not may_see(request):
        raise PermissionDenied
    if not key and samples:
        return redirect("admin:mail", key=next(iter(samples)))
    sample, language, look = _sample(key), _language(request), _look(request)
    context = {
        **site.each_context(request),
        "title": "Mails",
        "subtitle": sample.occasion,
        "samples": list(samples.values()),
        "sample": sample,
        "mail": sample.written(language),
        "language": language,
        "languages": [
            (code, get_language_info(code)["name_local"].capitalize()) for code, _ in settings.LANGUAGES
        ],
        "look": look,
        "looks": list(LOOKS),
        "widths": WIDTHS,
        "frame": f"{reverse('admin:mail_html', args=[sample.key])}?language={language}&look={look}",
    }
    return TemplateResponse(request, "admin/mails.html", context)


@never_cache
@require_safe
@xframe_options_sameorigin
def _html(request: HttpRequest, key: str) -> HttpResponse:
    """The mail as a page, for the console's frame alone: its inline styles hold, all else is shut."""
    if not may_see(request):
        raise PermissionDenied
    page = _sample(key).written(_language(request)).html
    response = HttpResponse(page.replace(IN_THE_DARK, LOOKS[_look(request)]))
    response._csp_replace = POLICY  # type: ignore[attr-defined]  # what django-csp's decorator does, which takes no key
    return response


def _sample(key: str) -> Sample:
    try:
        return samples[key]
    except KeyError:
        raise Http404 from None


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if languages.is_spoken(asked) else settings.LANGUAGE_CODE


def _look(request: HttpRequest) -> str:
    asked = request.GET.get("look", "")
    return asked if asked in LOOKS else "light"
