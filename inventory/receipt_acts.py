"""What staff do with a receipt, as buttons on it: count in what came, close it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from config import console
from config.states import IllegalMove
from inventory import services as inventory
from inventory.acts import MOST_ON_HAND, on_hand
from inventory.models import Receipt, ReceiptLine, StockLevel
from inventory.pasted import PiecesField
from inventory.services.shelf import MOST_AT_ONCE


def lines_of(receipt: Receipt) -> list[ReceiptLine]:
    return list(receipt.lines.select_related("item"))


def difference_words(lines: list[ReceiptLine], *, fewer: str = "missing") -> str:
    """What is missing or too many: "4 of PLATE missing, 1 of CUP too many"; empty if nothing is."""
    return ", ".join(
        f"{abs(line.difference)} of {line.item.sku} {fewer if line.difference < 0 else 'too many'}"
        for line in lines
        if line.difference
    )


class CountInForm(console.ActForm):
    """How many of each line came in this go, and what came that nobody announced."""

    surprises = PiecesField(required=False, label="Not announced")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.lines = lines_of(self.row)
        for line in self.lines:
            self.fields[f"line_{line.position}"] = forms.IntegerField(
                label=f"{line.item.sku} · {line.item.label}",
                min_value=0,
                max_value=MOST_AT_ONCE,
                required=False,
                help_text=f"{line.expected} announced, {line.received} came so far.",
            )
        self.order_fields([*(f"line_{line.position}" for line in self.lines), "surprises"])

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if self.errors:
            return given
        pieces = {line.item.sku: given[f"line_{line.position}"] or 0 for line in self.lines}
        for sku, quantity in given["surprises"].items():
            pieces[sku] = pieces.get(sku, 0) + quantity
        given["pieces"] = {sku: quantity for sku, quantity in pieces.items() if quantity}
        if not given["pieces"]:
            raise ValidationError("Say of at least one line how many came.")
        levels = StockLevel.objects.filter(location=self.row.location_id, item__sku__in=given["pieces"])
        for sku, there in levels.values_list("item__sku", "on_hand"):
            if there + given["pieces"][sku] > MOST_ON_HAND:
                raise ValidationError(f"{sku}: a shelf holds at most {MOST_ON_HAND:,} pieces.")
        return given


class ReceiptAct(console.Act):
    permission = "inventory.change_receipt"
    refusals = {
        inventory.AlreadyBooked: messages.INFO,
        inventory.InventoryError: messages.ERROR,
        IllegalMove: messages.ERROR,
    }

    def is_shown(self, row: Receipt) -> bool:
        return row.is_open

    def why_not(self, row: Receipt) -> str:
        return "" if row.is_open else f"{row} is {row.get_state_display()}: nothing more is booked on it."


@console.sign_up_act(Receipt)
class CountIn(ReceiptAct):
    """One go of a delivery: a movement per line, once however often the button is pressed, audited with them."""

    name = "count_in"
    label = "Count in"
    is_next_step = True
    form_class = CountInForm

    def tell(self, row: Receipt) -> str:
        return (
            f"Puts what came on the shelf of {row.location}. Leave a line empty if nothing came of it in this go; "
            "more than was announced is taken and shown as a difference."
        )

    def preview(self, row: Receipt, given: Mapping[str, Any]) -> str:
        lines = {line.item.sku: line for line in lines_of(row)}
        words = []
        for sku, quantity in given["pieces"].items():
            came, expected = (lines[sku].received, lines[sku].expected) if sku in lines else (0, 0)
            words.append(f"{sku}: {came} → {came + quantity} of {expected} announced")
        return "\n".join(words)

    def do(self, request: HttpRequest, row: Receipt, given: Mapping[str, Any]) -> str:
        with transaction.atomic():
            lines = inventory.receive_against(
                row,
                given["pieces"],
                key=given["key"],
                by=console.actor(request),
            )
            console.audit(
                request.user,
                "receive delivery",
                f"receipt {row.number}",
                before={line.item.sku: line.received - given["pieces"][line.item.sku] for line in lines},
                after={"location": row.location.code, **{line.item.sku: line.received for line in lines}},
            )
        return f"{sum(given['pieces'].values())} pieces are on the shelf of {row.location}."


class LineField(forms.ModelChoiceField):
    def label_from_instance(self, line: Any) -> str:
        return f"{line.item.sku} · {line.item.label}: {line.received} came"


class CorrectForm(console.ActForm):
    line = LineField(ReceiptLine.objects.none(), label="Line", empty_label=None)
    received = forms.IntegerField(min_value=0, max_value=MOST_AT_ONCE, label="That many came in all")
    reason = forms.CharField(max_length=200, label="Reason", help_text="Such as “counted twice”.")
    field_order = ("line", "received", "reason", "key")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = self.row.lines.select_related("item")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if self.errors:
            return given
        line = given["line"]
        there = on_hand(line.item, self.row.location)
        after = there + given["received"] - line.received
        if not 0 <= after <= MOST_ON_HAND:
            self.add_error(
                "received", ValidationError(f"Then {after:,} of {line.item.sku} would be on hand.")
            )
        return given


@console.sign_up_act(Receipt)
class Correct(ReceiptAct):
    """A figure that was wrong is set right on the receipt and on the shelf, once and audited."""

    name = "correct"
    label = "Correct a figure"
    permission = "inventory.adjust_stock"
    form_class = CorrectForm

    def why_not(self, row: Receipt) -> str:
        if reason := super().why_not(row):
            return reason
        return "" if row.lines.filter(received__gt=0).exists() else "Nothing was counted in yet."

    def tell(self, row: Receipt) -> str:
        return "Sets right how many of a line came, and adjusts the shelf by the difference."

    def preview(self, row: Receipt, given: Mapping[str, Any]) -> str:
        line = given["line"]
        there = on_hand(line.item, row.location)
        return (
            f"{line.item.sku}: {line.received} → {given['received']} of {line.expected} announced.\n"
            f"On hand at {row.location}: {there} → {there + given['received'] - line.received}"
        )

    def do(self, request: HttpRequest, row: Receipt, given: Mapping[str, Any]) -> str:
        sku, before = given["line"].item.sku, given["line"].received
        with transaction.atomic():
            inventory.correct_receipt(
                row,
                sku,
                given["received"],
                reason=given["reason"],
                key=given["key"],
                by=console.actor(request),
            )
            console.audit(
                request.user,
                "correct receipt",
                f"receipt {row.number}",
                before={sku: before},
                after={sku: given["received"], "reason": given["reason"]},
            )
        return f"{row} says now that {given['received']} of {sku} came."


@console.sign_up_act(Receipt)
class Close(ReceiptAct):
    name = "close"
    label = "Close receipt"

    def tell(self, row: Receipt) -> str:
        different = difference_words(lines_of(row))
        if not different:
            return "All came as announced. Nothing more is booked on this receipt afterwards."
        return f"It is closed with a difference: {different}. Nothing more is booked on it afterwards."

    def do(self, request: HttpRequest, row: Receipt, given: Mapping[str, Any]) -> str:
        with transaction.atomic():
            inventory.close_receipt(row, by=console.actor(request))
            different = difference_words(lines_of(row))
            console.audit(
                request.user,
                "close receipt",
                f"receipt {row.number}",
                before={"state": Receipt.State.OPEN},
                after={"state": row.state, "difference": different},
            )
        return f"{row} is closed with a difference: {different}." if different else f"{row} is received."
