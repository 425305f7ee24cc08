"""Returns as their customer sees them: signed in, or with the link to a guest's order."""

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config import throttle
from returns.models import ReturnRequest


@require_safe
@never_cache
@login_required
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """One of the customer's own returns."""
    row = get_object_or_404(ReturnRequest, number=number, order__customer=request.user)
    return _show(request, row)


@require_safe
@never_cache
def guest_detail(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """The same for whoever has the link to a guest's order."""
    row = ReturnRequest.objects.filter(number=number, order__token=token, order__customer=None).first()
    if row is None:
        throttle.hit(f"guest-order:{throttle.client_address(request)}", limit=30, per=timedelta(minutes=10))
        raise Http404
    return _show(request, row)


def _show(request: HttpRequest, row: ReturnRequest) -> HttpResponse:
    lines = row.lines.select_related("line__variant__product", "exchange_for__product")
    events = row.events.filter(is_public=True)
    return render(request, "returns/detail.html", {"return": row, "lines": lines, "events": events})
