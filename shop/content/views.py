"""The doors to pages of words and to the contact form."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse, translate_url
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from config import throttle
from shop import pages
from shop import services as shop
from shop.content import inserts, reading
from shop.content.forms import ContactForm
from shop.found import structured
from shop.models import ContentPage


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """A published page of words, the same for everybody."""

    def build() -> pages.Part:
        found = reading.find_page(slug)
        if found is None:
            raise Http404
        return part_of(found)

    return pages.answer(request, "shop/words.html", f"words\n{slug}", build)


def part_of(page: ContentPage) -> pages.Part:
    """A page of words with its tables, as it is shown; one in another language is found under its own."""
    address, is_foreign = page.get_absolute_url(), page.language != get_language()
    return pages.Part(
        html=render_to_string(
            "shop/_words.html",
            {"page": page, "body": inserts.fill(page.body_html), "is_foreign": is_foreign},
        ),
        title=page.title,
        description=page.description,
        canonical=translate_url(address, page.language) if is_foreign else address,
        is_indexed=not is_foreign,
        data=structured.script(structured.trail([(_("Home"), reverse("shop:home")), (page.title, address)])),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """A letter to the shop: stored, passed on to staff, and confirmed on a page of its own."""
    user = request.user if isinstance(request.user, User) else None
    form = ContactForm(request.POST if request.method == "POST" else None, user=user)
    if not form.is_bound:
        form.initial["order_number"] = request.GET.get("order", "")[:30]
        return _form(request, form)
    if not form.is_valid():
        return _form(request, form, status=422)
    try:
        throttle.hit(f"letter-from:{throttle.client_address(request)}", limit=6, per=timedelta(hours=1))
        throttle.hit("letter:all", limit=400, per=timedelta(hours=1))
    except throttle.Throttled as throttled:
        return throttle.mark(_form(request, form, throttled=str(throttled)), throttled)
    shop.receive_letter(form.letter())
    return HttpResponseRedirect(reverse("shop:contact_sent"), status=303)


def _form(request: HttpRequest, form: ContactForm, *, throttled: str = "", status: int = 200) -> HttpResponse:
    part = pages.Part(
        html="",
        title=_("Contact"),
        description=_("Write to %(shop)s: about an order, about something in the shop, about anything.")
        % {"shop": settings.SHOP_NAME},
        canonical=reverse("shop:contact"),
    )
    context = {"part": part, "form": form, "throttled": throttled}
    return render(request, "shop/contact.html", context, status=status)


@require_safe
def contact_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "shop/contact_sent.html")
