"""The page of flash sales, and what of them is so at this moment for pages that stay open. Nothing here is personal."""

import time

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shop import flash, pages

AT_MOST_OLD = "public, max-age=1"


@require_safe
def sales(request: HttpRequest) -> HttpResponse:
    """What is sold for less now, what comes, and what has just ended."""

    def build() -> pages.Part:
        told = flash.told(timezone.now())
        return pages.Part(
            html=render_to_string("shop/_flash.html", {"groups": _groups(told)}),
            title=_("Flash sales"),
            description=_(
                "For a short time, and only as many as there are: what is sold for less now and next."
            ),
            canonical=reverse("shop:flash"),
            nav_current="flash",
            refresh=_next_change(told),
        )

    # Which states there are is part of the key: a page ends with the state that it tells.
    return pages.answer(request, "shop/flash.html", f"flash\n{flash.signature()}", build)


def _groups(told: list[flash.Told]) -> list[tuple[str, list[flash.Told]]]:
    """The sales under their headings; those without any are left out."""
    headings = {
        _("Now"): ("running", "sold_out"),
        _("Next"): ("planned",),
        _("Over"): ("over",),
    }
    groups = [(words, [one for one in told if one.state in states]) for words, states in headings.items()]
    return [(words, some) for words, some in groups if some]


def _next_change(told: list[flash.Told]) -> int:
    """Seconds after which a browser without scripts looks again: at the next start or end, or in a minute; 0: never."""
    waits = [one.seconds for one in told if one.until]
    return min([*waits, 60]) + 1 if waits else 0


@require_safe
def now(request: HttpRequest) -> HttpResponse:
    """State, price and pieces left of each sale; asked by every open page, so it is as small as can be."""

    def build() -> str:
        context = {"told": flash.told(timezone.now()), "now": f"{time.time():.1f}"}
        return render_to_string("shop/_flash_now.html", context)

    response = pages.fragment(request, f"flash\n{flash.signature()}", build)
    response["Cache-Control"] = AT_MOST_OLD
    response["X-Robots-Tag"] = "noindex"
    return response
