"""Where a customer asks for a return: what of an order, how many, why, and what for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from config import throttle
from returns import services, visitors, words
from returns.forms import LineForm, ReturnForm
from returns.models import ReturnRequest
from returns.services import Wish, Worth


@dataclass(frozen=True)
class Estimate:
    """What would come back for what is chosen; `rows` are (line, wish, amount in minor units)."""

    rows: list[tuple[LineForm, Wish, int]]
    worth: Worth
    is_exchange: bool


@method_decorator(never_cache, name="dispatch")
class NewView(View):
    """One page; its button "update" shows the estimate anew without judging anything."""

    def get(self, request: HttpRequest, number: str = "", token: str = "") -> HttpResponse:
        """Show what of the order can be sent back, and by which rules."""
        return _page(request, ReturnForm(visitors.order_of(request, number, token)))

    def post(self, request: HttpRequest, number: str = "", token: str = "") -> HttpResponse:
        """Ask for the return, once for each page that was made."""
        order = visitors.order_of(request, number, token)
        form = ReturnForm(order, request.POST)
        if "update" in request.POST:
            return _page(request, form)
        if asked := ReturnRequest.objects.filter(order=order, key=_key(form)).first():
            return _to(asked)
        if not form.is_valid():
            return _page(request, form, status=422)
        try:
            throttle.hit(f"return:{order.number}", limit=20, per=timedelta(hours=1))
            photos = services.check_photos(request.FILES.getlist("photos"), order)
            row = services.request_return(order, form.wishes, key=_key(form), kind=form.kind)
        except services.BadPhoto as error:
            return _page(request, form, photos_problem=str(error), status=422)
        except throttle.Throttled as throttled:
            return throttle.mark(_page(request, form, problem=str(throttled)), throttled)
        except services.CannotReturn as error:
            return _page(request, ReturnForm(order, request.POST), problem=str(error), status=409)
        messages.success(
            request, _("We have got your return. Its number is %(number)s.") % {"number": row.number}
        )
        _keep(request, row, photos)
        return _to(row)


def _keep(request: HttpRequest, row: ReturnRequest, photos: Sequence[services.Developed]) -> None:
    """Store the photos; if that fails the return stands, and they can be added on its page."""
    if not photos or row.photos.exists():
        return
    try:
        services.keep_photos(row, photos)
    except services.BadPhoto as error:
        messages.error(request, str(error))


def _key(form: ReturnForm) -> str:
    return f"{form.order.number} {form.key}"


def _to(row: ReturnRequest) -> HttpResponse:
    return HttpResponseRedirect(row.get_absolute_url(), status=303)


def _page(
    request: HttpRequest, form: ReturnForm, *, problem: str = "", photos_problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "order": form.order,
        "form": form,
        "rows": [(line, words.rules_of(line.found)) for line in form.lines],
        "why_not": services.why_not_return(form.order, form.found),
        "estimate": _estimate(form),
        "pays_delivery": settings.RETURN_REFUNDS_DELIVERY and form.order.shipping_gross,
        "problem": problem,
        "photos_problem": photos_problem,
        "address": request.path,
    }
    return render(request, "returns/new.html", context, status=status)


def _estimate(form: ReturnForm) -> Estimate:
    wishes = form.likely
    worth = services.estimate(form.order, wishes, form.found)
    lines = {line.line.position: line for line in form.lines}
    rows = [(lines[wish.position], wish, worth.lines[wish.position]) for wish in wishes]
    return Estimate(rows, worth, form.is_exchange)
