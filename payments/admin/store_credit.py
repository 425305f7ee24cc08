"""Store credit in the console: each customer's balance with what it is made of, and all entries."""

from django.contrib import admin
from django.utils.html import format_html

from accounts.models import User
from config import console
from config.money import format_money
from payments import services
from payments.models import StoreCreditEntry

MOST_ENTRIES = 50
COLUMNS = ["When", "What", "Amount", "Balance after", "About", "Why", "Who"]


@console.panel(User, permission="payments.view_storecreditentry")
def credit_of_customer(customer: User) -> console.Panel | None:
    """The balance and the newest entries; nothing of somebody who never had any."""
    entries = customer.store_credit_entries.select_related("actor")[:MOST_ENTRIES]
    rows = [
        [
            console.when(entry.at),
            entry.get_kind_display(),
            signed(entry.amount),
            format_money(entry.balance_after),
            console.reference_link(entry.reference),
            entry.reason,
            entry.actor or "–",
        ]
        for entry in entries
    ]
    note = format_html("Balance: {}", format_money(services.balance_of(customer.pk)))
    return console.Panel(
        "Store credit", COLUMNS, rows, note=note, empty="No entries.", numbers=frozenset({2, 3})
    )


def signed(amount: int) -> str:
    """An amount with its sign: "+€5.00", "−€5.00"."""
    return f"{'+' if amount > 0 else '−'}{format_money(abs(amount))}"


@admin.register(StoreCreditEntry)
class StoreCreditEntryDesk(console.ReadOnlyDesk):
    """The ledger of store credit: every line is a fact, none is ever changed."""

    list_display = ("at", "customer_link", "kind", "amount", "balance_after", "about", "reason")
    list_display_links = ("at",)
    list_select_related = ("customer",)
    list_filter = ("kind", ("at", admin.DateFieldListFilter))
    search_fields = ("customer__email__startswith", "reference__startswith", "key__exact")
    search_help_text = "The start of an e-mail address, or a reference such as “checkout T-…”"
    fields = (
        "at",
        "customer_link",
        "kind",
        ("amount", "balance_after"),
        "about",
        "reason",
        "actor",
        "key",
    )

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("customer", "actor")

    @admin.display(description="customer", ordering="customer__email")
    def customer_link(self, entry: StoreCreditEntry) -> str:
        return console.change_link(entry.customer)

    @admin.display(description="about")
    def about(self, entry: StoreCreditEntry) -> str:
        return console.reference_link(entry.reference) or "–"
