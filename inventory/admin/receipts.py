"""Receipts in the console: what is expected, what came of it, and where the two differ."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from config import console
from inventory import services as inventory
from inventory.admin.papers import PaperDesk
from inventory.admin.shelf_panels import MOST_MOVEMENTS, signed
from inventory.models import Location, Receipt, ReceiptLine, StockMovement
from inventory.pasted import PiecesField
from inventory.receipt_acts import difference_words, lines_of

console.reference("delivery", at="admin:inventory_receipt_named")
TONES = {Receipt.State.OPEN: "warn", Receipt.State.RECEIVED: "good", Receipt.State.CLOSED: "bad"}


class ReceiptForm(forms.ModelForm):
    location = forms.ModelChoiceField(Location.objects.all(), label="Goes to", empty_label=None)
    pieces = PiecesField(label="What is announced")

    class Meta:
        model = Receipt
        fields = ("supplier", "delivery_note", "location")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if note := self.fields.get("delivery_note"):
            note.help_text = "The supplier's number for it."


def _sum_of(figure: str) -> Subquery:
    """Over a receipt's lines; a JOIN would multiply the rows of a search."""
    lines = ReceiptLine.objects.filter(receipt=OuterRef("pk")).order_by().values("receipt")
    return Subquery(lines.annotate(sum=Sum(figure)).values("sum"))


@admin.register(Receipt)
class ReceiptDesk(PaperDesk):
    """Deliveries that were announced."""

    form = ReceiptForm
    natural_key = "number"
    list_display = ("number", "from_whom", "location", "state_words", "came", "created_at")
    list_select_related = ("location",)
    list_filter = ("state", "location")
    search_fields = ("number", "supplier", "delivery_note", "lines__item__sku__iexact")
    add_fields = ("supplier", "delivery_note", "location", "pieces")
    fields = (
        ("number", "state_words", "came"),
        ("supplier", "delivery_note", "location"),
        ("created_at", "created_by", "closed_at", "closed_by"),
        "difference",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request).select_related("location", "created_by", "closed_by")
        return rows.annotate(expected_sum=_sum_of("expected"), received_sum=_sum_of("received"))

    def begin(self, request: HttpRequest, given: dict[str, Any]) -> Receipt:
        return inventory.expect_receipt(
            given["pieces"],
            location=given["location"],
            supplier=given["supplier"],
            delivery_note=given["delivery_note"],
            by=console.actor(request),
        )

    @admin.display(description="state", ordering="state")
    def state_words(self, receipt: Receipt) -> SafeString:
        return console.badge(receipt.get_state_display(), TONES[Receipt.State(receipt.state)])

    @admin.display(description="supplier", ordering="supplier")
    def from_whom(self, receipt: Receipt) -> str:
        return " · ".join(filter(None, [receipt.supplier, receipt.delivery_note]))

    @admin.display(description="pieces that came")
    def came(self, receipt: Any) -> str:
        return f"{receipt.received_sum or 0} of {receipt.expected_sum or 0}"

    @admin.display
    def difference(self, receipt: Receipt) -> str:
        words = difference_words(lines_of(receipt), fewer="to come" if receipt.is_open else "missing")
        return words or "none"


@console.panel(Receipt, permission="inventory.view_receipt")
def lines_of_receipt(receipt: Receipt) -> console.Panel:
    return console.Panel(
        "What is announced and what came",
        ["Line", "SKU", "What", "Announced", "Came", "Difference"],
        [
            [
                line.position,
                console.change_link(line.item, line.item.sku),
                line.item.label,
                line.expected,
                line.received,
                _difference(line, receipt),
            ]
            for line in lines_of(receipt)
        ],
        numbers=frozenset({0, 3, 4, 5}),
    )


def _difference(line: ReceiptLine, receipt: Receipt) -> SafeString | str:
    """What is missing is only then a fault when nothing more will come."""
    if not line.difference:
        return console.badge("as announced", "good")
    if line.difference < 0 and receipt.is_open:
        return f"{-line.difference} to come"
    return console.badge(signed(line.difference), "bad" if line.difference < 0 else "warn")


@console.panel(Receipt, permission="inventory.view_stockmovement")
def movements_of_receipt(receipt: Receipt) -> console.Panel:
    moves = StockMovement.objects.filter(reference__startswith=f"delivery {receipt.number} line ")
    rows = [
        [
            console.when(move.at),
            move.reference,
            move.item.sku,
            signed(move.on_hand_delta),
            move.location,
            move.actor or "",
        ]
        for move in moves.select_related("item", "location", "actor")[:MOST_MOVEMENTS]
    ]
    address = reverse("admin:inventory_stockmovement_changelist") + f"?q=delivery+{receipt.number}"
    return console.Panel(
        "What was counted in",
        ["When", "For", "SKU", "Pieces", "Where", "By"],
        rows,
        note=console.link(address, "All movements") if rows else "",
        empty="Nothing came yet.",
        numbers=frozenset({3}),
    )


console.todo(
    "receipts expected",
    lambda: Receipt.objects.filter(state=Receipt.State.OPEN),
    one="receipt expected",
    at="admin:inventory_receipt_changelist",
    query="state__exact=open",
    permission="inventory.view_receipt",
)
