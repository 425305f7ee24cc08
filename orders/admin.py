"""Orders in the console: what was bought, by whom, what happened; and the rates that staff edit."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from config import console
from config.money import format_money
from orders.models import Checkout, Order, OrderEvent, ShippingMethod, TaxRate
from shop.text import country_name

TONES = {
    "authorised": "good",
    "captured": "good",
    "completed": "good",
    "shipped": "good",
    "delivered": "good",
    "unfulfilled": "warn",
    "partial": "warn",
    "awaiting": "warn",
    "open": "warn",
    "awaiting_payment": "warn",
    "cancelled": "bad",
    "failed": "bad",
    "expired": "bad",
}
# Paid for, or at least certain to be: such orders may leave the house.
COVERED = (Order.PaymentState.AUTHORISED, Order.PaymentState.PART_CAPTURED, Order.PaymentState.CAPTURED)
UNSENT = (Order.FulfilmentState.UNFULFILLED, Order.FulfilmentState.PARTIAL)
TO_SHIP = Q(state=Order.State.PLACED, payment_state__in=COVERED, fulfilment_state__in=UNSENT)

console.reference("order", at="admin:orders_order_named")
console.reference("checkout", at="admin:orders_checkout_named")


# --- words ------------------------------------------------------------------------------------------
def state_badge(state: str, words: str) -> SafeString:
    return console.badge(words, TONES.get(state, ""))


def address_lines(address: dict[str, str]) -> SafeString:
    """An address as people write it, empty parts left out."""
    place = " ".join(filter(None, [address.get("postcode"), address.get("city"), address.get("region")]))
    country = country_name(address["country"]) if address.get("country") else ""
    named = [address.get(part, "") for part in ("name", "company", "street", "street2")]
    lines = [*named, place, country, address.get("phone", "")]
    return format_html_join("", "{}<br>", [(line,) for line in lines if line])


def percent(hundredths: int) -> str:
    return f"{Decimal(hundredths) / 100:f} %".replace(".00 ", " ")


def stock_link(sku: str) -> SafeString:
    return console.link(reverse("admin:inventory_stockitem_named", args=[sku]), sku)


# --- orders -----------------------------------------------------------------------------------------
class WaitingFilter(admin.SimpleListFilter):
    title = "waiting for"
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("ship", "shipping"), ("pay", "payment")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "ship":
            return queryset.filter(TO_SHIP)
        if self.value() == "pay":
            awaiting = Order.PaymentState.AWAITING
            return queryset.filter(state=Order.State.PLACED, payment_state=awaiting)
        return queryset


@admin.register(Order)
class OrderDesk(console.ReadOnlyDesk):
    """What customers bought, as it was when they did."""

    natural_key = "number"
    view_on_site = False
    date_hierarchy = "placed_at"
    list_display = ("number", "placed_at", "who", "total", "payment_word", "progress")
    list_select_related = ("customer",)
    list_filter = (WaitingFilter, "payment_state", "fulfilment_state", "state")
    search_fields = ("number", "email", "lines__sku__iexact")
    search_help_text = "Number, e-mail address or SKU"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("number", "placed_at"),
                    ("state_word", "payment_word", "fulfilment_word"),
                    ("email", "customer_link", "checkout_link"),
                    ("ship_to", "bill_to"),
                    ("shipping_name", "delivery_days"),
                )
            },
        ),
        ("What it comes to", {"fields": (("subtotal", "shipping", "tax", "total"), "prices_include_tax")}),
    )

    @admin.display(description="customer", ordering="email")
    def who(self, order: Order) -> str:
        name = order.shipping_address.get("name", "")
        return f"{name} · {order.email}" if name else order.email

    @admin.display(description="order", ordering="state")
    def state_word(self, order: Order) -> str:
        return state_badge(order.state, order.get_state_display())

    @admin.display(description="payment", ordering="payment_state")
    def payment_word(self, order: Order) -> str:
        return state_badge(order.payment_state, order.get_payment_state_display())

    @admin.display(description="fulfilment", ordering="fulfilment_state")
    def fulfilment_word(self, order: Order) -> str:
        return state_badge(order.fulfilment_state, order.get_fulfilment_state_display())

    @admin.display(description="fulfilment", ordering="fulfilment_state")
    def progress(self, order: Order) -> str:
        """How far it is, or that it went no further."""
        is_cancelled = order.state == Order.State.CANCELLED
        return self.state_word(order) if is_cancelled else self.fulfilment_word(order)

    @admin.display(description="customer")
    def customer_link(self, order: Order) -> str:
        return console.change_link(order.customer) if order.customer else "a guest"

    @admin.display(description="checkout")
    def checkout_link(self, order: Order) -> str:
        address = reverse("admin:orders_checkout_change", args=[order.checkout_id])
        return console.link(address, f"Checkout {order.number}")

    @admin.display(description="goes to")
    def ship_to(self, order: Order) -> str:
        return address_lines(order.shipping_address)

    @admin.display(description="invoice to")
    def bill_to(self, order: Order) -> str:
        return address_lines(order.billing_address)


@console.panel(Order, permission="orders.view_order")
def lines_of_order(order: Order) -> console.Panel:
    return console.Panel(
        "Lines",
        ["#", "SKU", "What", "Pieces", "Price", "Net", "Tax", "", "Gross", "Cancelled", "Short", "Shipped"],
        [
            [
                line.position,
                stock_link(line.sku),
                f"{line.name} ({line.label})" if line.label else line.name,
                line.quantity,
                format_money(line.unit_price),
                format_money(line.net),
                format_money(line.tax),
                percent(line.tax_rate),
                format_money(line.gross),
                line.cancelled or "",
                line.short or "",
                line.shipped or "",
            ]
            for line in order.lines.all()
        ],
        numbers=frozenset({0, *range(3, 12)}),
    )


@console.panel(Order, permission="orders.view_orderevent")
def timeline_of_order(order: Order) -> console.Panel:
    return console.Panel(
        "What happened",
        ["When", "What", "Seen by the customer", "By"],
        [
            [console.when(event.at), event.words, "yes" if event.is_public else "no", event.actor or ""]
            for event in order.events.select_related("actor")
        ],
    )


@admin.register(OrderEvent)
class OrderEventDesk(console.ReadOnlyDesk):
    """What happened to orders, newest first."""

    list_display = ("at", "order", "words", "is_public", "actor")
    list_display_links = ("at",)
    list_select_related = ("order", "actor")
    list_filter = (("at", admin.DateFieldListFilter), "is_public")
    search_fields = ("order__number__startswith",)
    ordering = ("-pk",)
    fields = ("at", "order", "words", "is_public", "actor", "key")


# --- checkouts --------------------------------------------------------------------------------------
@admin.register(Checkout)
class CheckoutDesk(console.ReadOnlyDesk):
    """Offers that were frozen for payment; each live one holds stock until it ends."""

    natural_key = "number"
    list_display = ("number", "created_at", "email", "total", "state_word", "expires_at")
    list_filter = ("state", ("created_at", admin.DateFieldListFilter))
    search_fields = ("number", "email")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("number", "state_word", "order_link"),
                    ("created_at", "expires_at", "closed_at"),
                    ("email", "customer_link"),
                    ("ship_to", "bill_to"),
                    ("shipping_name", "delivery_days"),
                )
            },
        ),
        ("What it comes to", {"fields": (("subtotal", "shipping", "tax", "total"), "prices_include_tax")}),
    )

    @admin.display(description="state", ordering="state")
    def state_word(self, checkout: Checkout) -> str:
        return state_badge(checkout.state, checkout.get_state_display())

    @admin.display(description="order")
    def order_link(self, checkout: Checkout) -> str:
        return console.change_link(Order.objects.filter(checkout=checkout).first())

    @admin.display(description="customer")
    def customer_link(self, checkout: Checkout) -> str:
        return console.change_link(checkout.customer) if checkout.customer else "a guest"

    @admin.display(description="goes to")
    def ship_to(self, checkout: Checkout) -> str:
        return address_lines(checkout.shipping_address)

    @admin.display(description="invoice to")
    def bill_to(self, checkout: Checkout) -> str:
        return address_lines(checkout.billing_address)


@console.panel(Checkout, permission="orders.view_checkout")
def lines_of_checkout(checkout: Checkout) -> console.Panel:
    return console.Panel(
        "What was offered",
        ["SKU", "What", "Pieces", "Price", "Tax", "", "Gross"],
        [
            [
                stock_link(line["sku"]),
                f"{line['name']} ({line['label']})" if line["label"] else line["name"],
                line["quantity"],
                format_money(line["unit_price"]),
                format_money(line["tax"]),
                percent(line["tax_rate"]),
                format_money(line["gross"]),
            ]
            for line in checkout.lines
        ],
        numbers=frozenset(range(2, 7)),
    )


# --- rates ------------------------------------------------------------------------------------------
class Labelled(forms.ModelForm):
    """A row of an editable list: each field says by itself what it is, as the column's title is far away."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if field.label:
                field.widget.attrs["aria-label"] = field.label


class PercentField(forms.DecimalField):
    """Shows and takes percent, keeps hundredths of a percent."""

    def __init__(self, **kwargs: Any):
        super().__init__(min_value=0, max_value=100, decimal_places=2, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return Decimal(value) / 100 if isinstance(value, int) else value

    def clean(self, value: Any) -> int:
        given = super().clean(value)
        return int(given * 100)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class TaxRateForm(Labelled):
    rate = PercentField(label="Rate (%)")

    class Meta:
        model = TaxRate
        fields = ("country", "tax_class", "rate", "valid_from")

    def clean_country(self) -> str:
        return _country(self.cleaned_data["country"])


class ShippingMethodForm(Labelled):
    class Meta:
        model = ShippingMethod
        fields = (
            "name",
            "countries",
            "flat_price",
            "price_per_kg",
            "min_days",
            "max_days",
            "position",
            "is_active",
        )

    def clean_countries(self) -> str:
        return " ".join(_country(code) for code in self.cleaned_data["countries"].replace(",", " ").split())


def _country(code: str) -> str:
    code = code.upper()
    if country_name(code) == code:
        raise ValidationError(f"{code[:20]} is not the code of a country.")
    return code


@admin.register(TaxRate)
class TaxRateDesk(console.Desk):
    """Rates by country and class; the newest that has begun applies. Orders keep the rate they were made with."""

    form = TaxRateForm
    list_display = ("country_words", "country", "tax_class", "rate", "valid_from")
    list_display_links = ("country_words",)
    list_editable = ("rate",)
    list_filter = ("tax_class", "country")
    search_fields = ("country",)

    @admin.display(description="where", ordering="country")
    def country_words(self, rate: TaxRate) -> str:
        return country_name(rate.country)

    def in_words(self, name: Any) -> Any:
        return _rate_words if name == "rate" else super().in_words(name)

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{"form": TaxRateForm, **kwargs})


@admin.display(description="rate", ordering="rate")
def _rate_words(rate: TaxRate) -> str:
    return percent(rate.rate)


@admin.register(ShippingMethod)
class ShippingMethodDesk(console.Desk):
    """Ways of delivery and what they cost. Open checkouts and orders keep the price they were made with."""

    form = ShippingMethodForm
    list_display = ("name", "where", "flat_price", "price_per_kg", "days", "position", "is_active")
    list_editable = ("flat_price", "price_per_kg", "position", "is_active")
    search_fields = ("name",)
    fields = (
        "name",
        "countries",
        ("flat_price", "price_per_kg"),
        ("min_days", "max_days"),
        "position",
        "is_active",
    )

    @admin.display(description="where", ordering="countries")
    def where(self, method: ShippingMethod) -> str:
        return method.countries or "everywhere"

    @admin.display(description="days")
    def days(self, method: ShippingMethod) -> str:
        return f"{method.min_days}–{method.max_days}"

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{"form": ShippingMethodForm, **kwargs})


console.todo(
    "orders to ship",
    lambda: Order.objects.filter(TO_SHIP),
    at="admin:orders_order_changelist",
    query="waiting=ship",
    permission="orders.view_order",
)
