"""The console itself: its front page, its order of rooms, its one way in."""

import ipaddress
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from config.console import mails
from config.console.books_badge import verdict
from config.console.cards import cards, has_cards
from config.console.pages import linked_pages, page_urls
from config.console.periods import CHOICES, PeriodForm
from config.console.waiting import waiting
from config.throttle import client_address

# The order in which staff meet the rooms, and what they are called.
ROOMS = {
    "orders": "Orders",
    "payments": "Payments",
    "returns": "Returns",
    "shop": "Catalogue",
    "inventory": "Stock",
    "accounts": "People",
    "auth": "Roles",
    "django_tasks_database": "Background work",
    "config": "Clockwork",
}
# Addresses of Django's that the console does without. The first leads any staff to a row's page in the shop, and so to
# the secret link of a guest's order; desks of what everybody may look at have a `view_on_site` of their own. The second
# is asked by no page.
LEFT_OUT = {"view_on_site", "autocomplete"}
# Who may see whether the books balance.
BOOKS_PERMISSION = "payments.view_payment"


class Console(admin.AdminSite):
    """Django Admin with the shop's name on the door."""

    site_header = f"{settings.SHOP_NAME} console"
    site_title = f"{settings.SHOP_NAME} console"
    index_title = "What needs doing"

    def get_urls(self) -> list[Any]:
        books = path("books/", self.admin_view(self.books), name="books")
        djangos = [each for each in super().get_urls() if getattr(each, "name", "") not in LEFT_OUT]
        return [books, *mails.urls(self), *page_urls(self), *djangos]

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff, and where STAFF_NETWORKS is set only from there."""
        return super().has_permission(request) and _is_from_staffs_network(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send people to the shop's own door, which counts tries; who is in already and may not enter gets a 403."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        wanted = request.GET.get("next", "")
        return redirect_to_login(wanted or reverse("admin:index"), settings.LOGIN_URL)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the shop's own page, which ends other sessions and tells by mail."""
        return redirect("accounts:password_change")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """What needs doing, the most urgent first; below it the figures of the days that were asked for."""
        lists = sorted(waiting(request), key=lambda each: (each.urgency, _place(each.room)))
        context: dict[str, Any] = {
            "waiting": lists,
            "is_idle": not any(each.count for each in lists),
            "pages": linked_pages(request),
            "may_see_mails": mails.may_see(request),
        }
        if _may_see_books(request):
            context["books"] = verdict()
        is_clear = True
        if has_cards(request):
            form = PeriodForm(request.GET)
            is_clear = form.is_valid()
            context |= {
                "period_form": form,
                "period": form.chosen,
                "periods": CHOICES,
                "cards": cards(request, form.chosen),
            }
        response = super().index(request, {**context, **(extra_context or {})})
        response.status_code = 200 if is_clear else 422
        return response

    def books(self, request: HttpRequest) -> HttpResponse:
        """Show what the last proof found, sentence by sentence."""
        if not _may_see_books(request):
            raise PermissionDenied
        context = {**self.each_context(request), "title": "Do the books balance?", "books": verdict()}
        return TemplateResponse(request, "admin/books.html", context)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["name"] = ROOMS.get(app["app_label"], app["name"])
        return sorted(apps, key=lambda app: _place(app["app_label"]))


def _place(room: str) -> int:
    """Where a room stands in the console's order; rooms that it does not name come last."""
    return list(ROOMS).index(room) if room in ROOMS else len(ROOMS)


def _is_from_staffs_network(request: HttpRequest) -> bool:
    if not settings.STAFF_NETWORKS:
        return True
    try:
        address = ipaddress.ip_address(client_address(request))
    except ValueError:
        return False
    return any(address in network for network in settings.STAFF_NETWORKS)


def _may_see_books(request: HttpRequest) -> bool:
    return request.user.has_perm(BOOKS_PERMISSION)
