"""Shipments in the console: what is on its way, what has arrived, and with whom."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from config import console
from orders import parcel_acts
from orders import services as orders
from orders.models import Fulfilment, Order
from orders.papers.admin import ParcelPapers, slip_link

MOST_AT_ONCE = 500
MOST_CARRIERS = 20
# Whoever filters by carrier wants one that is used now.
RECENT = 1000


class ArrivalFilter(admin.SimpleListFilter):
    title = "arrival"
    parameter_name = "arrival"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "on its way"), ("done", "delivered")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "open":
            return queryset.filter(delivered_at=None)
        return queryset.exclude(delivered_at=None) if self.value() == "done" else queryset


class CarrierFilter(admin.SimpleListFilter):
    title = "carrier"
    parameter_name = "carrier"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        recent = Fulfilment.objects.order_by("-pk").values_list("carrier", flat=True)[:RECENT]
        return [(name, name) for name in sorted({name for name in recent if name})[:MOST_CARRIERS]]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(carrier=self.value()) if self.value() else queryset


def arrival(parcel: Fulfilment) -> str:
    if parcel.delivered_at:
        return console.badge(f"delivered {console.when(parcel.delivered_at)}", "good")
    return console.badge("on its way", "warn")


def tracking_link(parcel: Fulfilment) -> str:
    """The tracking number, leading to the carrier's page if it is known."""
    if not parcel.tracking_url:
        return parcel.tracking_number or "–"
    words = parcel.tracking_number or "Follow"
    return format_html('<a href="{}" rel="noreferrer noopener">{}</a>', parcel.tracking_url, words)


def contents(parcel: Fulfilment) -> str:
    return ", ".join(f"{row.quantity} × {row.line.sku}" for row in parcel.lines.all())


@admin.register(Fulfilment)
class FulfilmentDesk(ParcelPapers, console.ReadOnlyDesk):
    """Parcels, newest first."""

    date_hierarchy = "shipped_at"
    list_display = ("shipment", "shipped_at", "order_link", "who", "carrier", "tracking", "arrived")
    list_display_links = ("shipment",)
    list_select_related = ("order",)
    list_filter = (ArrivalFilter, CarrierFilter, ("shipped_at", admin.DateFieldListFilter))
    search_fields = ("order__number", "tracking_number")
    search_help_text = "Number of the order, or tracking number"
    ordering = ("-pk",)
    actions = ("mark_delivered", "print_packing_slips")
    fields = (
        ("order_link", "who"),
        ("shipped_at", "shipped_by", "arrived"),
        ("carrier", "tracking"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("order", "shipped_by")

    def has_deliver_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(parcel_acts.PERMISSION)

    # --- columns --------------------------------------------------------------------------------
    @admin.display(description="shipment", ordering="pk")
    def shipment(self, parcel: Fulfilment) -> str:
        return format_html('<span class="moment">{}</span>', f"Shipment {parcel.pk}")

    @admin.display(description="order", ordering="order__number")
    def order_link(self, parcel: Fulfilment) -> str:
        return format_html('<span class="moment">{}</span>', console.change_link(parcel.order))

    @admin.display(description="goes to", ordering="order__email")
    def who(self, parcel: Fulfilment) -> str:
        address = parcel.order.shipping_address
        return ", ".join(filter(None, [address.get("name", ""), address.get("city", "")]))

    @admin.display(description="tracking", ordering="tracking_number")
    def tracking(self, parcel: Fulfilment) -> str:
        return tracking_link(parcel)

    @admin.display(description="arrival", ordering="delivered_at")
    def arrived(self, parcel: Fulfilment) -> str:
        return arrival(parcel)

    # --- many at once ---------------------------------------------------------------------------
    @admin.action(description="Note that they were delivered", permissions=["deliver"])
    def mark_delivered(self, request: HttpRequest, queryset: QuerySet[Fulfilment]) -> None:
        """All that are ticked and had not arrived; each once, whoever else notes it at the same time."""
        # Orders are locked one after the other: in their one order, as others do it at the same time.
        chosen = list(queryset.filter(delivered_at=None).order_by("order_id", "pk")[: MOST_AT_ONCE + 1])
        if len(chosen) > MOST_AT_ONCE:
            words = (
                f"At most {MOST_AT_ONCE} at once. Please narrow the list, by a day or a carrier for example."
            )
            self.message_user(request, words, messages.ERROR)
            return
        with transaction.atomic():
            done = [parcel.pk for parcel in chosen if orders.deliver(parcel, by=console.actor(request))]
            if done:
                what = f"{len(done)} parcels"
                console.audit(request.user, "deliver parcels", what, after={"parcels": done})
        level = messages.SUCCESS if done else messages.INFO
        self.message_user(request, f"{len(done)} shipments are noted as delivered.", level)


@console.panel(Order, permission="orders.view_fulfilment")
def parcels_of_order(order: Order) -> console.Panel:
    return console.Panel(
        "Shipments",
        ["Shipment", "Sent", "By", "What", "Carrier", "Tracking", "Arrival", "Paper"],
        [
            [
                console.change_link(parcel, f"Shipment {parcel.pk}"),
                console.when(parcel.shipped_at),
                parcel.shipped_by or "",
                contents(parcel),
                parcel.carrier or "–",
                tracking_link(parcel),
                arrival(parcel),
                slip_link(parcel),
            ]
            for parcel in order.fulfilments.select_related("shipped_by").prefetch_related("lines__line")
        ],
        note="" if orders.why_not_pack(order) else slip_link(order, "Packing slip of what waits"),
        empty="Nothing has left the house yet.",
    )


@console.panel(Fulfilment, permission="orders.view_fulfilment")
def lines_of_parcel(parcel: Fulfilment) -> console.Panel:
    return console.Panel(
        "What it held",
        ["SKU", "What", "Pieces"],
        [
            [
                row.line.sku,
                f"{row.line.name} ({row.line.label})" if row.line.label else row.line.name,
                row.quantity,
            ]
            for row in parcel.lines.select_related("line")
        ],
        numbers=frozenset({2}),
    )
