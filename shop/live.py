"""Doors that pages knock at which are open already: what is left by now, and what was looked at before."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from shop import pages, showcase
from shop.tree import tree_for

SLUG = re.compile(r"[-a-zA-Z0-9_]{1,160}")
# Of a list of slugs in an address.
MOST_LETTERS = 2000


@require_safe
def stock(request: HttpRequest, slug: str) -> HttpResponse:
    """What of a product is there now, for pages that stay open; asked often, so it is as small as can be."""
    today = timezone.localdate()

    def build() -> str:
        choices = showcase.choices_now(slug, tree_for(request))
        if choices is None:
            raise Http404
        return render_to_string("shop/_stock.html", {"choices": choices, "today": today})

    response = pages.fragment(request, f"stock\n{slug}\n{today}", build)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@never_cache
def seen(request: HttpRequest) -> HttpResponse:
    """Cards of what somebody looked at before. Their browser remembers and asks; nothing is kept here."""
    slugs = request.GET.get("slugs", "")[:MOST_LETTERS].split(",")
    cards = showcase.seen(filter(SLUG.fullmatch, slugs), tree_for(request))
    response = render(request, "shop/_seen_cards.html", {"cards": cards})
    response["X-Robots-Tag"] = "noindex"
    return response
