"""The desk of one product: what it is, its variants with prices and stock, its pictures, what it used to cost."""

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import IntegrityError
from django.db.models import F, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config import console
from config.money import MoneyField, format_money
from inventory.models import StockLevel
from shop import services as shop
from shop.admin.former import former_addresses
from shop.admin.forms import ImageForm, ProductForm, VariantForm, VariantFormSet
from shop.models import LowStockRule, PriceChange, Product, ProductImage, Variant
from shop.text import normalise

MOST_PRICES = 20
FREE = F("on_hand") - F("reserved") - F("allocated")


def _sum_of_levels(figure: Any, **of: Any) -> Any:
    """Add a figure up over the levels that feed the shop, for each row outside."""
    (path,) = of
    levels = StockLevel.objects.sellable().filter(**of).values(path)
    return Coalesce(
        Subquery(levels.annotate(total=Sum(figure)).values("total"), output_field=IntegerField()), 0
    )


def picture(address: str, alt: str) -> SafeString | str:
    return format_html('<img class="thumb" src="{}" alt="{}" width="44" height="44">', address, alt)


class StockFilter(admin.SimpleListFilter):
    title = _("stock")
    parameter_name = "stock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("some", gettext("in stock")), ("none", gettext("sold out"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "some":
            return queryset.filter(free__gt=0)
        return queryset.filter(free__lte=0) if self.value() == "none" else queryset


# Of one product. Without a bound a forged form with two thousand rows takes ten seconds.
MOST_ROWS = 100


class BoundedInline(admin.TabularInline):
    """Rows of a product, as many as a person types."""

    max_num = MOST_ROWS

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, absolute_max=MOST_ROWS, **kwargs)


class VariantInline(BoundedInline):
    """What can be bought. Stock figures are the warehouse's: read here, moved by its own forms."""

    model = Variant
    form = VariantForm
    formset = VariantFormSet
    formfield_overrides = {MoneyField: {"widget": console.MoneyInput}}
    classes = ("variants",)
    fields = (
        "sku",
        "label",
        "price",
        "compare_at_price",
        "is_active",
        "stock",
        "weight_g",
        "tax_class",
        "country_of_origin",
        "barcode",
        "position",
    )
    readonly_fields = ("stock",)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        levels = {
            name: _sum_of_levels(figure, item=OuterRef("stock_item"))
            for name, figure in {
                "on_hand": F("on_hand"),
                "promised": F("reserved") + F("allocated"),
                "free": FREE,
            }.items()
        }
        return super().get_queryset(request).select_related("stock_item").annotate(**levels)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Without the right to change them, prices are words; Django would show their minor units."""
        may = self.has_change_permission(request, obj)
        words = {} if may else {"price": "price_in_words", "compare_at_price": "compare_at_in_words"}
        return [words.get(name, name) for name in self.fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "price_in_words", "compare_at_in_words")

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if obj else 1

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A variant that was ever sold stays; what is no longer offered is not "for sale"."""
        return False

    @admin.display(description=_("price"))
    def price_in_words(self, variant: Variant) -> str:
        return format_money(variant.price)

    @admin.display(description=_("price before"))
    def compare_at_in_words(self, variant: Variant) -> str:
        return "–" if variant.compare_at_price is None else format_money(variant.compare_at_price)

    @admin.display(description=_("SKU"))
    def sku(self, variant: Variant) -> str:
        return variant.sku

    @admin.display(description=_("barcode"))
    def barcode(self, variant: Variant) -> str:
        return variant.stock_item.barcode

    @cached_property
    def rules(self) -> list[LowStockRule]:
        return shop.all_rules()

    @admin.display(description=_("stock"))
    def stock(self, variant: Any) -> SafeString | str:
        if not variant.pk:
            return gettext("received after saving")
        item = variant.stock_item_id
        words = format_html(
            gettext("<strong>{}</strong> free of {}, {} promised"),
            variant.free,
            variant.on_hand,
            variant.promised,
        )
        low = shop.explain_threshold(variant.stock_item, variant.price, self.rules)
        links = format_html_join(
            " ",
            '<a href="{}">{}</a>',
            [
                (reverse(f"admin:inventory_stockitem_{act}", args=[item]), label)
                for act, label in (
                    ("receive", gettext("Receive")),
                    ("adjust", gettext("Adjust")),
                    ("change", gettext("Movements")),
                )
            ],
        )
        return format_html(
            '{}<br><small>Low from {}</small><br><span class="inline-acts">{}</span>', words, low, links
        )


class ImageInline(BoundedInline):
    """Pictures in their order: dragged by a script, or typed as a number."""

    model = ProductImage
    form = ImageForm
    verbose_name = _("picture")
    verbose_name_plural = _("pictures")
    fields = ("thumbnail", "upload", "alt", "position")
    readonly_fields = ("thumbnail",)
    extra = 0

    class Media:
        js = ("js/console_pictures.js",)

    @admin.display(description="")
    def thumbnail(self, image: ProductImage) -> SafeString | str:
        if not image.pk:
            return ""
        return format_html(
            '<span class="gripped"><button class="grip" type="button" hidden data-grip data-told="{}"'
            ' aria-label="{}" title="{}">⠿</button>{}</span>',
            gettext("Picture at place %"),
            gettext("Move “%(picture)s” with the arrow keys") % {"picture": image.alt},
            gettext("Drag to move"),
            picture(image.small_url, image.alt),
        )

    @admin.display(description=_("file"))
    def upload(self, image: ProductImage) -> str:
        return f"{image.width} × {image.height}"


@admin.register(Product)
class ProductDesk(console.Desk):
    """Products are hidden, never deleted: their prices are a ledger, and orders name their variants."""

    form = ProductForm
    inlines = (VariantInline, ImageInline)
    list_display = ("thumbnail", "name", "category", "price_words", "stock", "is_active")
    list_display_links = ("name",)
    list_select_related = ("category",)
    list_filter = ("is_active", StockFilter, "is_featured", "category")
    search_fields = ("search_document",)
    search_help_text = _("Name, SKU or barcode")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("name", "category", "slug", "summary", "description")}),
        (_("Where it shows"), {"fields": (("is_active", "is_featured"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        free = _sum_of_levels(FREE, item__variant__product=OuterRef("pk"))
        return super().get_queryset(request).annotate(free=free)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Search the document that the shop itself searches: names, SKUs and barcodes, without accents."""
        for word in normalise(search_term[: console.MOST_LETTERS]).split()[: console.MOST_WORDS]:
            queryset = queryset.filter(search_document__contains=word)
        return queryset, False

    @admin.display(description="")
    def thumbnail(self, product: Product) -> SafeString | str:
        return picture(product.image_url, "") if product.image_url else ""

    @admin.display(description=_("price"), ordering="price")
    def price_words(self, product: Product) -> str:
        if not product.variant_count:
            return console.badge(gettext("nothing for sale"))
        words = format_money(product.price)
        return format_html(
            '<span class="figure">{}</span>',
            gettext("from %(price)s") % {"price": words} if product.has_price_range else words,
        )

    @admin.display(description=_("available"), ordering="free")
    def stock(self, product: Any) -> SafeString | str:
        return console.badge(gettext("sold out"), "bad") if product.free <= 0 else str(product.free)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, tuple[str, ...]]:
        return {} if obj else {"slug": ("name",)}

    def view_on_site(self, product: Product) -> str:
        return product.get_absolute_url()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A service may still say no while it saves: then nothing of the form was saved."""
        try:
            with shop.tidy_uploads():
                return super().changeform_view(request, *args, **kwargs)
        except shop.ShopError as error:
            words = str(error)
        except IntegrityError:
            words = gettext("Somebody else changed this product at the same time.")
        messages.error(request, gettext("Nothing was saved: %(why)s") % {"why": words})
        return redirect(request.get_full_path())

    def store(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        form.apply()

    def save_formset(self, request: HttpRequest, form: forms.ModelForm, formset: Any, change: bool) -> None:
        """Hand each row of variants and pictures to its service."""
        formset.save(commit=False)
        for row in formset.deleted_forms:
            self.note(request, "delete", row.instance, before={"name": str(row.instance)})
            shop.remove_image(row.instance)
        for row in formset.forms:
            if row.has_changed() and row not in formset.deleted_forms:
                is_new = row.instance.pk is None
                row.apply(by=request.user)
                self.note_form(request, row.instance, row, not is_new)
                if isinstance(row.instance, Variant) and (doubt := shop.doubt_about(row.instance)):
                    messages.warning(request, doubt)


@console.panel(Product, permission="shop.view_product")
def former_prices(product: Product) -> console.Panel:
    changes = PriceChange.objects.filter(variant__product=product).select_related("variant", "actor")
    return console.Panel(
        gettext("What it cost"),
        [gettext("When"), gettext("Variant"), gettext("Before"), gettext("After"), gettext("By")],
        [
            [
                console.when(change.at),
                change.variant.label or gettext("only form"),
                "–" if change.old is None else format_money(change.old),
                format_money(change.new),
                change.actor or "",
            ]
            for change in changes[:MOST_PRICES]
        ],
        numbers=frozenset({2, 3}),
    )


@console.panel(Product, permission="shop.view_product")
def old_addresses(product: Product) -> console.Panel | None:
    return former_addresses(product.former_slugs.order_by("-since"), "shop:product")
