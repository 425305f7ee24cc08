"""Orders, their lines and what happened to them, in the console."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from config import console
from config.money import format_money
from inventory.models import StockItem
from orders.admin.words import address_lines, percent, state_badge, stock_link
from orders.models import Order, OrderEvent, OrderHold, OrderLine
from orders.papers.admin import OrderPapers
from orders.services import waits_by_line
from orders.services.shipping import PACKABLE

UNSENT = (Order.FulfilmentState.UNFULFILLED, Order.FulfilmentState.PARTIAL)
HELD = Exists(OrderHold.objects.open().filter(order=OuterRef("pk")))
TO_SHIP = Q(state=Order.State.PLACED, payment_state__in=PACKABLE, fulfilment_state__in=UNSENT) & ~Q(HELD)
ON_HOLD = Q(HELD, state=Order.State.PLACED)

console.reference("order", at="admin:orders_order_named")


class WaitingFilter(admin.SimpleListFilter):
    title = "waiting for"
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("ship", "shipping"), ("pay", "payment"), ("look", "a look: on hold")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "ship":
            return queryset.filter(TO_SHIP)
        if self.value() == "look":
            return queryset.filter(ON_HOLD)
        if self.value() == "pay":
            awaiting = Order.PaymentState.AWAITING
            return queryset.filter(state=Order.State.PLACED, payment_state=awaiting)
        return queryset


@admin.register(Order)
class OrderDesk(OrderPapers, console.ReadOnlyDesk):
    """What customers bought, as it was when they did."""

    natural_key = "number"
    to_ship, on_hold = TO_SHIP, ON_HOLD
    actions = ("print_pick_list", "print_packing_slips")
    date_hierarchy = "placed_at"
    exports = ("orders", "order-lines")
    list_display = ("number", "placed_at", "who", "total", "payment_word", "progress")
    list_select_related = ("customer",)
    list_filter = (WaitingFilter, "payment_state", "fulfilment_state", "state")
    search_fields = ("number", "email")
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

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Look among lines only for what is a SKU: a join with all of them would make every search slow."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        skus = list(
            StockItem.objects.filter(sku__iexact=search_term.strip()[:40]).values_list("sku", flat=True)
        )
        if skus:
            found |= queryset.filter(pk__in=OrderLine.objects.filter(sku__in=skus).values("order"))
        return found, may_repeat

    @admin.display(description="customer", ordering="email")
    def who(self, order: Order) -> str:
        name = order.shipping_address.get("name", "")
        return f"{name} · {order.email}" if name else order.email

    @admin.display(description="order", ordering="state")
    def state_word(self, order: Order) -> str:
        return state_badge(order.state, order.get_state_display())

    @admin.display(description="payment", ordering="payment_state")
    def payment_word(self, order: Order) -> str:
        return console.marked(state_badge(order.payment_state, order.get_payment_state_display()), order)

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
    waits = waits_by_line(order)
    return console.Panel(
        "Lines",
        [
            "#",
            "SKU",
            "What",
            "Pieces",
            "Price",
            "Discount",
            "Duty",
            "Net",
            "Tax",
            "Rate",
            "Gross",
            "Cancelled",
            "Short",
            "Waiting",
            "Shipped",
        ],
        [
            [
                line.position,
                stock_link(line.sku),
                f"{line.name} ({line.label})" if line.label else line.name,
                line.quantity,
                format_money(line.unit_price),
                format_money(-line.discount) if line.discount else "",
                format_money(line.duty) if line.duty else "",
                format_money(line.net),
                format_money(line.tax),
                percent(line.tax_rate),
                format_money(line.gross),
                line.cancelled or "",
                line.short or "",
                waits.get(line.position, ""),
                line.shipped or "",
            ]
            for line in order.lines.all()
        ],
        numbers=frozenset({0, *range(3, 15)}),
    ).without_empty_columns()


def _lifted(hold: OrderHold) -> str:
    if hold.lifted_at is None:
        return console.badge("on hold", "bad")
    return f"{console.when(hold.lifted_at)} {hold.lifted_by or ''}"


@console.panel(Order, permission="orders.view_order")
def holds_of_order(order: Order) -> console.Panel | None:
    rows = [
        [
            console.when(row.placed_at),
            row.get_kind_display(),
            row.why,
            row.placed_by or "",
            _lifted(row),
        ]
        for row in order.holds.select_related("placed_by", "lifted_by")
    ]
    return console.Panel("What holds it", ["Since", "What", "Why", "By", "Lifted"], rows) if rows else None


@console.panel(Order, permission="orders.view_orderevent")
def timeline_of_order(order: Order) -> console.Panel:
    return console.Panel(
        "What happened",
        ["When", "What", "Seen by the customer", "By"],
        [
            [console.when(event.at), event.said, "yes" if event.is_public else "no", event.actor or ""]
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


console.todo(
    "orders to ship",
    lambda: Order.objects.filter(TO_SHIP),
    one="order to ship",
    at="admin:orders_order_changelist",
    query="waiting=ship",
    permission="orders.view_order",
)
console.todo(
    "orders on hold",
    lambda: Order.objects.filter(ON_HOLD),
    one="order on hold",
    at="admin:orders_order_changelist",
    query="waiting=look",
    permission="orders.view_order",
)
