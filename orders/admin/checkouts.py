"""Checkouts in the console."""

from django.contrib import admin

from config import console
from config.money import format_money
from orders.admin.words import address_lines, percent, state_badge, stock_link
from orders.models import Checkout, Order

console.reference("checkout", at="admin:orders_checkout_named")


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
        ["SKU", "What", "Pieces", "Price", "Discount", "Duty", "Tax", "", "Gross"],
        [
            [
                stock_link(line["sku"]),
                f"{line['name']} ({line['label']})" if line["label"] else line["name"],
                line["quantity"],
                format_money(line["unit_price"]),
                format_money(-line["discount"]) if line.get("discount") else "",
                format_money(line["duty"]) if line.get("duty") else "",
                format_money(line["tax"]),
                percent(line["tax_rate"]),
                format_money(line["gross"]),
            ]
            for line in checkout.lines
        ],
        numbers=frozenset(range(2, 9)),
    )
