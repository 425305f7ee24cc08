"""Photos of returns: looked at by their owner and by staff, added and removed by their owner.

Whoever may not see a photo is told the same as of one that is not there.
"""

from datetime import timedelta

from django.contrib import admin, messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from config import throttle
from config.csrf import ORIGIN_ONLY
from orders.models import Order
from returns import services
from returns.models import ReturnPhoto, ReturnRequest
from returns.uploads import takes_photos


# --- looking ----------------------------------------------------------------------------------------
@require_safe
def photo(request: HttpRequest, name: str) -> FileResponse:
    """A photo, for the customer whose return it belongs to and for staff who see returns."""
    return _file(_seen_by(request, name))


@require_safe
def photo_small(request: HttpRequest, name: str) -> FileResponse:
    """The same, small."""
    return _file(_seen_by(request, name), is_small=True)


@require_safe
def guest_photo(request: HttpRequest, token: str, name: str) -> FileResponse:
    """The same for whoever has the link to a guest's order."""
    return _file(get_object_or_404(ReturnPhoto, name=name, request__order=_guest_order(request, token)))


@require_safe
def guest_photo_small(request: HttpRequest, token: str, name: str) -> FileResponse:
    found = get_object_or_404(ReturnPhoto, name=name, request__order=_guest_order(request, token))
    return _file(found, is_small=True)


def _seen_by(request: HttpRequest, name: str) -> ReturnPhoto:
    if not request.user.is_authenticated:
        raise Http404
    found = get_object_or_404(ReturnPhoto.objects.select_related("request__order"), name=name)
    is_staff = admin.site.has_permission(request) and request.user.has_perm("returns.view_returnrequest")
    if found.request.order.customer_id != request.user.pk and not is_staff:
        raise Http404
    return found


def _file(found: ReturnPhoto, *, is_small: bool = False) -> FileResponse:
    try:
        content = services.open_photo(found, is_small=is_small)
    except FileNotFoundError as error:  # deleted between the row and here
        raise Http404 from error
    response = FileResponse(content, content_type=services.PHOTO_TYPE, filename="photo.jpg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = ORIGIN_ONLY
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _guest_order(request: HttpRequest, token: str) -> Order:
    order = Order.objects.filter(token=token, customer=None).first()
    if order is None:
        throttle.hit(f"guest-order:{throttle.client_address(request)}", limit=30, per=timedelta(minutes=10))
        raise Http404
    return order


# --- adding and removing ----------------------------------------------------------------------------
@takes_photos
@require_POST
@never_cache
@login_required
def photos_add(request: HttpRequest, number: str) -> HttpResponse:
    """Add photos to one of the customer's own returns."""
    return _add(request, get_object_or_404(ReturnRequest, number=number, order__customer=request.user))


@takes_photos
@require_POST
@never_cache
def guest_photos_add(request: HttpRequest, token: str, number: str) -> HttpResponse:
    """The same for whoever has the link to a guest's order."""
    order = _guest_order(request, token)
    return _add(request, get_object_or_404(ReturnRequest, number=number, order=order))


@require_POST
@never_cache
@login_required
def photo_remove(request: HttpRequest, name: str) -> HttpResponse:
    """Delete one of the customer's own photos."""
    return _remove(request, get_object_or_404(ReturnPhoto, name=name, request__order__customer=request.user))


@require_POST
@never_cache
def guest_photo_remove(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """The same for whoever has the link to a guest's order."""
    order = _guest_order(request, token)
    return _remove(request, get_object_or_404(ReturnPhoto, name=name, request__order=order))


def _add(request: HttpRequest, row: ReturnRequest) -> HttpResponse:
    try:
        added = services.add_photos(row, request.FILES.getlist("photos"))
    except services.BadPhoto as error:
        messages.error(request, str(error))
    else:
        said = ngettext("The photo was added.", "%(count)s photos were added.", len(added))
        messages.success(request, said % {"count": len(added)})
    return _to_photos(row)


def _remove(request: HttpRequest, found: ReturnPhoto) -> HttpResponse:
    try:
        services.remove_photo(found)
    except services.BadPhoto as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The photo is deleted."))
    return _to_photos(found.request)


def _to_photos(row: ReturnRequest) -> HttpResponse:
    return HttpResponseRedirect(f"{row.get_absolute_url()}#photos", status=303)
