"""Where staff print what the warehouse needs: pick lists as a page and on paper, packing slips one or many at once."""

import io
from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.safestring import SafeString

from config import console
from orders.models import Fulfilment, Order
from orders.services import MOST_ORDERS, pick_list

TOO_MANY = f"At most {MOST_ORDERS} at once. Please narrow the list, by a day for example."


def slip_link(row: Order | Fulfilment, words: str = "Packing slip") -> SafeString:
    name = f"orders_{row._meta.model_name}_packing_slip"
    return console.link(reverse(f"admin:{name}", args=[row.pk]), words)


class OrderPapers:
    """What the desk of orders prints."""

    to_ship: Q
    on_hold: Q

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        own = [
            path("pick-list/", view(self.pick_list_view), name="orders_order_pick_list"),
            path("pick-list.pdf", view(self.pick_list_file), name="orders_order_pick_list_pdf"),
            path("packing-slips.pdf", view(self.slips_file), name="orders_order_packing_slips"),
            path(
                "<path:object_id>/packing-slip.pdf",
                view(self.slip_file),
                name="orders_order_packing_slip",
            ),
        ]
        return [*own, *super().get_urls()]

    # --- which orders ---------------------------------------------------------------------------
    def _asked(self, request: HttpRequest) -> QuerySet[Order]:
        """The orders that the address names, or the oldest of all that wait to be shipped, and those on hold."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        if "orders" not in request.GET:
            waiting, held = (
                list(Order.objects.filter(rule).order_by("pk").values_list("pk", flat=True)[:MOST_ORDERS])
                for rule in (self.to_ship, self.on_hold)
            )
            return Order.objects.filter(pk__in=waiting + held)
        return Order.objects.filter(pk__in=_numbers(request.GET["orders"]))

    @admin.action(description="Pick list", permissions=["view"])
    def print_pick_list(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse | None:
        chosen = _chosen(self, request, queryset)
        if chosen is None:
            return None
        return redirect(f"{reverse('admin:orders_order_pick_list')}?orders={','.join(map(str, chosen))}")

    @admin.action(description="Packing slips in one PDF", permissions=["view"])
    def print_packing_slips(self, request: HttpRequest, queryset: QuerySet[Order]) -> HttpResponse | None:
        chosen = _chosen(self, request, queryset)
        if chosen is None:
            return None
        return _slips_of_orders(request, Order.objects.filter(pk__in=chosen))

    # --- pages and files ------------------------------------------------------------------------
    def pick_list_view(self, request: HttpRequest) -> HttpResponse:
        """What to take from where, on the screen, with links to the same on paper."""
        found = pick_list(self._asked(request))
        waiting = 0
        if "orders" not in request.GET:
            waiting = Order.objects.filter(self.to_ship)[: MOST_ORDERS + 1].count()
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": "Pick list",
            "opts": self.opts,  # type: ignore[attr-defined]
            "found": found,
            "by": _by(request),
            "query": "orders=" + ",".join(str(order.pk) for order in found.orders),
            "most": MOST_ORDERS if waiting > MOST_ORDERS else 0,
        }
        return TemplateResponse(request, "admin/orders/order/pick_list.html", context)

    def pick_list_file(self, request: HttpRequest) -> HttpResponse:
        from orders.papers import layout, pick_sheet  # reportlab, which most processes never need

        found = pick_list(self._asked(request))
        return _pdf([pick_sheet.SHEETS[_by(request)](found)], "pick-list", "Pick list", layout)

    def slips_file(self, request: HttpRequest) -> HttpResponse:
        """The slips of the orders on a pick list."""
        return _slips_of_orders(request, self._asked(request))

    def slip_file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The slip of what waits to be sent of one order."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        order = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if order is None:
            raise Http404
        return _slips_of_orders(request, Order.objects.filter(pk=order.pk))


class ParcelPapers:
    """What the desk of shipments prints."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        own = path(
            "<path:object_id>/packing-slip.pdf",
            view(self.slip_file),
            name="orders_fulfilment_packing_slip",
        )
        return [own, *super().get_urls()]

    @admin.action(description="Packing slips in one PDF", permissions=["view"])
    def print_packing_slips(
        self, request: HttpRequest, queryset: QuerySet[Fulfilment]
    ) -> HttpResponse | None:
        chosen = _chosen(self, request, queryset)
        if chosen is None:
            return None
        return _slips_of_parcels(request, Fulfilment.objects.filter(pk__in=chosen))

    def slip_file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The slip of a parcel, as it was when it left."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        parcel = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if parcel is None:
            raise Http404
        return _slips_of_parcels(request, Fulfilment.objects.filter(pk=parcel.pk))


def _numbers(text: str) -> list[int]:
    """The primary keys in a list such as "7,12"; what is none is left out."""
    parts = text[: MOST_ORDERS * 20].split(",")[:MOST_ORDERS]
    return [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 19]


def _by(request: HttpRequest) -> str:
    return "order" if request.GET.get("by") == "order" else "place"


def _chosen(desk: Any, request: HttpRequest, queryset: QuerySet[Model]) -> list[int] | None:
    chosen = list(queryset.order_by("pk").values_list("pk", flat=True)[: MOST_ORDERS + 1])
    if len(chosen) > MOST_ORDERS:
        desk.message_user(request, TOO_MANY, messages.ERROR)
        return None
    return chosen


def _slips_of_orders(request: HttpRequest, orders: QuerySet[Order]) -> HttpResponse:
    from orders.papers import packing_slip

    return _slips(request, packing_slip.slips_of_orders(orders), "admin:orders_order_changelist")


def _slips_of_parcels(request: HttpRequest, parcels: QuerySet[Fulfilment]) -> HttpResponse:
    from orders.papers import packing_slip

    return _slips(request, packing_slip.slips_of_parcels(parcels), "admin:orders_fulfilment_changelist")


def _slips(request: HttpRequest, slips: Sequence[Any], back: str) -> HttpResponse:
    """The slips in one PDF; a trace is left of who took the addresses of several people along."""
    from orders.papers import layout, packing_slip

    if not slips:
        messages.info(request, "Nothing of it waits to be packed.")
        return HttpResponseRedirect(reverse(back), status=303)
    if len(slips) > 1:
        numbers = [slip.order.number for slip in slips]
        console.audit(request.user, "print packing slips", f"{len(slips)} slips", after={"orders": numbers})
    name = f"packing-slip-{slips[0].order.number}" if len(slips) == 1 else "packing-slips"
    sheets = [packing_slip.sheet_of(slip) for slip in slips]
    return _pdf(sheets, name, sheets[0].head.heading, layout, language=slips[0].order.language)


def _pdf(sheets: Sequence[Any], name: str, title: str, layout: Any, **given: str) -> HttpResponse:
    file = io.BytesIO()
    layout.write(sheets, file, title=title, **given)
    response = HttpResponse(file.getvalue(), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
