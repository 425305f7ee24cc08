"""What people wait for: sold out variants, and how many would like to hear when they are back. Addresses stay away."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, IntegerField, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from config import console
from shop.models import StockRequest, Wanted


@admin.register(Wanted)
class WantedDesk(console.ReadOnlyDesk):
    list_display = ("name", "sku", "waiting", "since", "told", "available")
    list_display_links = ("name",)
    list_select_related = ("product", "stock_item")
    search_fields = ("stock_item__sku", "product__name", "label")
    fields = (("product", "label", "sku"), ("waiting", "since", "told", "available"))

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        own = StockRequest.objects.filter(variant=OuterRef("pk")).order_by().values("variant")
        is_open = StockRequest.objects.open().filter(variant=OuterRef("pk")).order_by().values("variant")
        return (
            Wanted.objects.with_available()
            .annotate(
                waiting=_count(is_open),
                told=_count(own.filter(notified_at__isnull=False)),
                since=Subquery(is_open.annotate(first=Min("created_at")).values("first")),
            )
            .filter(
                pk__in=StockRequest.objects.filter(confirmed_at__isnull=False).order_by().values("variant")
            )
        )

    def get_ordering(self, request: HttpRequest) -> list[str]:
        return ["-waiting", "pk"]

    @admin.display(description=_("variant"))
    def name(self, variant: Any) -> str:
        return str(variant)

    @admin.display(description=_("SKU"))
    def sku(self, variant: Any) -> str:
        return variant.sku

    @admin.display(description=_("waiting"), ordering="waiting")
    def waiting(self, variant: Any) -> int:
        return variant.waiting

    @admin.display(description=_("since"), ordering="since")
    def since(self, variant: Any) -> str:
        return console.when(variant.since)

    @admin.display(description=_("told in the last days"), ordering="told")
    def told(self, variant: Any) -> int:
        return variant.told

    @admin.display(description=_("available"), ordering="available")
    def available(self, variant: Any) -> int:
        return variant.available


def _count(requests: QuerySet) -> Coalesce:
    return Coalesce(
        Subquery(requests.annotate(number=Count("pk")).values("number"), output_field=IntegerField()), 0
    )
