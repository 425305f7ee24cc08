"""What staff do at the shelf, as buttons of the console: receive goods, correct a figure."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest

from config import console
from inventory import services as inventory
from inventory.models import Location, StockItem, StockLevel
from inventory.services.shelf import MOST_AT_ONCE

# Beyond this a figure would leave PostgreSQL's integer.
MOST_ON_HAND = 1_000_000_000


def item_of(row: Model) -> StockItem:
    """The item that a button on its page, or on a level's, is about."""
    return row.item if isinstance(row, StockLevel) else cast(StockItem, row)


def on_hand(item: StockItem, location: Location) -> int:
    level = StockLevel.objects.filter(item=item, location=location).first()
    return level.on_hand if level else 0


class ShelfForm(console.ActForm):
    """Where, and by how many pieces; the place is given if the page is about one."""

    location = forms.ModelChoiceField(Location.objects.all(), label="Where", empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if isinstance(self.row, StockLevel):
            self.fields["location"].initial = self.row.location_id

    def delta(self) -> int:
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not self.errors and on_hand(item_of(self.row), given["location"]) + self.delta() > MOST_ON_HAND:
            raise ValidationError(f"A shelf holds at most {MOST_ON_HAND:,} pieces.")
        return given


class ReceiveForm(ShelfForm):
    quantity = forms.IntegerField(min_value=1, max_value=MOST_AT_ONCE, label="Pieces that arrived")
    reason = forms.CharField(
        max_length=200, required=False, label="Receipt number or note", help_text="Such as DN-20431."
    )
    field_order = ("location", "quantity", "reason", "key")

    def delta(self) -> int:
        return self.cleaned_data["quantity"]


class AdjustForm(ShelfForm):
    difference = forms.IntegerField(
        min_value=-MOST_AT_ONCE,
        max_value=MOST_AT_ONCE,
        label="Difference",
        help_text="Pieces to add, or with a minus to take away.",
    )
    reason = forms.CharField(max_length=200, label="Reason", help_text="Such as “broken in the warehouse”.")
    field_order = ("location", "difference", "reason", "key")

    def clean_difference(self) -> int:
        if self.cleaned_data["difference"] == 0:
            raise ValidationError("A difference of nothing changes nothing.")
        return self.cleaned_data["difference"]

    def delta(self) -> int:
        return self.cleaned_data["difference"]


class ShelfAct(console.Act):
    """A movement made by hand: booked once however often the button is pressed, and audited with it."""

    refusals = {inventory.AlreadyBooked: messages.INFO, inventory.InventoryError: messages.ERROR}

    def delta(self, given: Mapping[str, Any]) -> int:
        raise NotImplementedError

    def move(self, request: HttpRequest, item: StockItem, given: Mapping[str, Any]) -> StockLevel:
        raise NotImplementedError

    def preview(self, row: StockItem | StockLevel, given: Mapping[str, Any]) -> str:
        before = on_hand(item_of(row), given["location"])
        return f"On hand at {given['location']}: {before} → {before + self.delta(given)}"

    def do(self, request: HttpRequest, row: StockItem | StockLevel, given: Mapping[str, Any]) -> str:
        item = item_of(row)
        with transaction.atomic():
            level = self.move(request, item, given)
            before = level.on_hand - self.delta(given)
            console.audit(
                request.user,
                f"{self.name} stock",
                f"stock item {item.sku}"[:120],
                before={"location": given["location"].code, "on_hand": before},
                after={
                    "location": given["location"].code,
                    "on_hand": level.on_hand,
                    "reason": given["reason"],
                },
            )
        return f"{item.sku} at {given['location']}: {before} → {level.on_hand}."


@console.sign_up_act(StockItem, StockLevel)
class Receive(ShelfAct):
    name = "receive"
    label = "Receive"
    permission = "inventory.receive_stock"
    form_class = ReceiveForm

    def tell(self, row: StockItem | StockLevel) -> str:
        return "Puts goods that arrived on the shelf. They can be sold at once if the place feeds the shop."

    def delta(self, given: Mapping[str, Any]) -> int:
        return given["quantity"]

    def move(self, request: HttpRequest, item: StockItem, given: Mapping[str, Any]) -> StockLevel:
        return inventory.receive(
            item.sku,
            given["quantity"],
            location=given["location"],
            cause=f"receipt {given['key']}",
            reason=given["reason"],
            by=console.actor(request),
        )


@console.sign_up_act(StockItem, StockLevel)
class Adjust(ShelfAct):
    name = "adjust"
    label = "Adjust"
    permission = "inventory.adjust_stock"
    form_class = AdjustForm

    def tell(self, row: StockItem | StockLevel) -> str:
        return "Corrects what is on hand by a difference, for things that broke, vanished or turned up."

    def delta(self, given: Mapping[str, Any]) -> int:
        return given["difference"]

    def move(self, request: HttpRequest, item: StockItem, given: Mapping[str, Any]) -> StockLevel:
        return inventory.adjust(
            item.sku,
            given["difference"],
            location=given["location"],
            cause=f"adjustment {given['key']}",
            reason=given["reason"],
            by=console.actor(request),
        )
