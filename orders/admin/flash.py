"""Flash sales in the console: planned in a form, looked at while they run, ended at once.

The desk stands here and not in the shop, as it shows what is sold and held of each.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config import console, toggles
from config.money import format_money
from orders import services as orders
from shop import flash
from shop import services as shop
from shop.models import FlashSale, Variant

TONES = {"running": "good", "sold_out": "warn", "planned": "", "over": "", "off": ""}


def state_of(sale: Any) -> str:
    """planned, running, sold_out, over, or off for one that was called off; the row comes from this desk."""
    now = timezone.now()
    if not sale.is_active:
        return "off"
    if sale.is_over(now):
        return "over"
    if not sale.has_begun(now):
        return "planned"
    return "running" if sale.sold + sale.held < sale.cap else "sold_out"


def words_of(state: str) -> str:
    return {
        "planned": _("planned"),
        "running": _("running"),
        "sold_out": _("sold out"),
        "over": _("over"),
        "off": _("called off"),
    }[state]


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state, words_of(state)) for state in ("running", "planned", "over", "off")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        now = timezone.now()
        chosen: dict[str, dict[str, Any]] = {
            "running": {"is_active": True, "starts_at__lte": now, "ends_at__gt": now},
            "planned": {"is_active": True, "starts_at__gt": now},
            "over": {"is_active": True, "ends_at__lte": now},
            "off": {"is_active": False},
        }
        return queryset.filter(**chosen.get(self.value() or "", {}))


class SaleForm(forms.ModelForm):
    """A sale of the variant with this SKU; what cannot be is said beside its field."""

    sku = forms.CharField(label=gettext_lazy("SKU"), max_length=64)

    class Meta:
        model = FlashSale
        fields = (
            "sku",
            "name",
            "words",
            "price",
            "cap",
            "limit",
            "hold_minutes",
            "starts_at",
            "ends_at",
        )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.variant_id and "sku" in self.fields:
            self.initial["sku"] = self.fields["sku"].initial = self.instance.variant.sku

    def clean_sku(self) -> str:
        sku = self.cleaned_data["sku"].strip()
        variant = Variant.objects.filter(stock_item__sku=sku).select_related("product", "stock_item").first()
        if variant is None:
            raise forms.ValidationError(_("Nothing with this SKU is for sale."))
        self.instance.variant = variant
        return sku

    def clean(self) -> None:
        """Once the fields are right, ask the service whether such a sale can be."""
        if self.errors:
            return
        typed = {name: self.cleaned_data[name] for name in self.Meta.fields[1:]}
        sale = FlashSale(pk=self.instance.pk, variant=self.instance.variant, **typed)
        try:
            shop.check_sale(sale)
        except shop.SaleError as error:
            self.add_error("sku" if error.field == "variant" else error.field or None, str(error))


@admin.register(FlashSale)
class FlashSaleDesk(console.Desk):
    """Less for a while, as many as there are. What has begun keeps its price; how it goes is shown in the list."""

    form = SaleForm
    list_display = (
        "name",
        "thing",
        "state",
        "price",
        "sold",
        "held",
        "left",
        "takings",
        "starts_at",
        "ends_at",
    )
    list_filter = (StateFilter,)
    list_select_related = ("variant__product", "variant__stock_item")
    search_fields = ("name", "variant__stock_item__sku", "variant__product__name")
    fields = (
        "sku",
        "name",
        "words",
        ("price", "cap", "limit"),
        "hold_minutes",
        ("starts_at", "ends_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        name = Concat(Value("sale "), Cast(OuterRef("pk"), CharField()), output_field=CharField())
        sold, held = orders.sold_and_held()
        return (
            super()
            .get_queryset(request)
            .annotate(
                sold=Coalesce(Subquery(sold.filter(quota=name)), 0),
                held=Coalesce(Subquery(held.filter(quota=name)), 0),
            )
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is over or was called off stays as it was."""
        is_done = obj is not None and (not obj.is_active or obj.is_over(timezone.now()))
        return super().has_change_permission(request, obj) and not is_done

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A sale is called off, not deleted: carts and checkouts may point at it."""
        return False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save. If the service says no after all, as somebody else was quicker, nothing was saved."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except shop.SaleError as error:
            messages.error(request, _("Nothing was saved: %(why)s") % {"why": error})
        return redirect(request.get_full_path())

    def store(self, request: HttpRequest, obj: FlashSale, form: forms.ModelForm, change: bool) -> None:
        shop.save_sale(obj)

    @admin.display(description=gettext_lazy("what"), ordering="variant__product__name")
    def thing(self, sale: FlashSale) -> str:
        return console.change_link(sale.variant.product, sale.variant)

    @admin.display(description=gettext_lazy("SKU"))
    def sku(self, sale: FlashSale) -> str:
        return sale.variant.sku

    @admin.display(description=gettext_lazy("state"), ordering="starts_at")
    def state(self, sale: FlashSale) -> str:
        state = state_of(sale)
        if state in {"running", "sold_out"} and not toggles.is_on(flash.TOGGLE):
            return console.badge(_("switched off"), "bad")
        return console.badge(words_of(state), TONES[state])

    @admin.display(description=gettext_lazy("sold"), ordering="sold")
    def sold(self, sale: Any) -> str:
        return format_html('<span class="figure">{}</span>', sale.sold)

    @admin.display(description=gettext_lazy("held"), ordering="held")
    def held(self, sale: Any) -> str:
        return format_html('<span class="figure">{}</span>', sale.held)

    @admin.display(description=gettext_lazy("left"))
    def left(self, sale: Any) -> str:
        return format_html('<span class="figure">{}</span>', max(sale.cap - sale.sold - sale.held, 0))

    @admin.display(description=gettext_lazy("takings"))
    def takings(self, sale: Any) -> str:
        return format_html('<span class="figure">{}</span>', format_money(sale.sold * sale.price))


@console.panel(FlashSale, permission="shop.view_flashsale")
def figures_of_sale(sale: Any) -> console.Panel:
    left = max(sale.cap - sale.sold - sale.held, 0)
    was = "–" if sale.prior_price is None else format_money(sale.prior_price)
    return console.Panel(
        "How it goes",
        ["State", "Sold", "Held", "Left", "Takings", "Usual price", "Struck through"],
        [
            [
                console.badge(words_of(state_of(sale)), TONES[state_of(sale)]),
                sale.sold,
                sale.held,
                left,
                format_money(sale.sold * sale.price),
                format_money(sale.regular_price),
                was,
            ]
        ],
        note="Takings are the pieces sold at the sale's price, before what came back. Struck through is the lowest "
        "price of the 30 days before the sale.",
        numbers=frozenset({1, 2, 3, 4, 5, 6}),
    )


@console.sign_up_act(FlashSale)
class EndNow(console.Act):
    """End a running sale, or call a planned one off."""

    name = "end"
    label = "End now"
    is_destructive = True
    permission = "shop.change_flashsale"

    def why_not(self, row: FlashSale) -> str:
        if not row.is_active:
            return "The sale was called off."
        return "The sale is over." if row.is_over(timezone.now()) else ""

    def tell(self, row: FlashSale) -> str:
        if not row.has_begun(timezone.now()):
            return "Calls the sale off: it will not begin."
        return (
            "Ends the sale at once: the usual price counts again, also in carts, whose customers are told. Payments "
            "under way keep their price until their time is over."
        )

    def do(self, request: HttpRequest, row: FlashSale, given: Mapping[str, Any]) -> str:
        with transaction.atomic():
            if shop.end_sale(row):
                console.audit(request.user, "end flash sale", f"flash sale {row.pk}", row=row)
        return f"“{row.name}” has ended."
