"""Goods that change their place or leave for good, as buttons on an item and on a level."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from config import console
from inventory import services as inventory
from inventory.acts import MOST_ON_HAND, item_of, on_hand
from inventory.models import Location, StockItem, StockLevel
from inventory.services.shelf import MOST_AT_ONCE


def free_at(item: StockItem, location: Location) -> int:
    level = StockLevel.objects.filter(item=item, location=location).first()
    return max(level.available, 0) if level else 0


class CarryForm(console.ActForm):
    """From where, to where, how many and why; the place is given if the page is about one."""

    source = forms.ModelChoiceField(Location.objects.all(), label="From", empty_label=None)
    target = forms.ModelChoiceField(Location.objects.all(), label="To", empty_label=None)
    quantity = forms.IntegerField(min_value=1, max_value=MOST_AT_ONCE, label="Pieces")
    reason = forms.CharField(max_length=200, required=False, label="Reason or note")
    field_order = ("source", "target", "quantity", "reason", "key")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if isinstance(self.row, StockLevel):
            places = self.fields["target"].queryset.exclude(pk=self.row.location_id)  # type: ignore[attr-defined]
            self.fields["source"] = forms.ModelChoiceField(
                Location.objects.filter(pk=self.row.location_id),
                label="From",
                empty_label=None,
                initial=self.row.location_id,
            )
            self.fields["target"].queryset = places  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if self.errors:
            return given
        item, source, target = item_of(self.row), given["source"], given["target"]
        if source == target:
            self.add_error("target", ValidationError("Choose another place than the goods come from."))
        elif given["quantity"] > (free := free_at(item, source)):
            words = f"Only {free} can be taken from {source}: what is promised stays there."
            self.add_error("quantity", ValidationError(words))
        elif on_hand(item, target) + given["quantity"] > MOST_ON_HAND:
            self.add_error("quantity", ValidationError(f"A shelf holds at most {MOST_ON_HAND:,} pieces."))
        return given


class CarryAct(console.Act):
    """A transfer: both movements or none, booked once however often the button is pressed, and audited with them."""

    permission = "inventory.transfer_stock"
    form_class = CarryForm
    refusals = {inventory.AlreadyBooked: messages.INFO, inventory.InventoryError: messages.ERROR}

    def preview(self, row: StockItem | StockLevel, given: Mapping[str, Any]) -> str:
        item, source, target, pieces = item_of(row), given["source"], given["target"], given["quantity"]
        here, there = on_hand(item, source), on_hand(item, target)
        words = f"On hand at {source}: {here} → {here - pieces}, at {target}: {there} → {there + pieces}."
        if source.is_sellable and not target.is_sellable:
            words += f" {pieces} can be sold no longer."
        elif target.is_sellable and not source.is_sellable:
            words += f" {pieces} can be sold at once."
        return words

    def do(self, request: HttpRequest, row: StockItem | StockLevel, given: Mapping[str, Any]) -> str:
        item, source, target, pieces = item_of(row), given["source"], given["target"], given["quantity"]
        with transaction.atomic():
            here, there = inventory.transfer(
                item.sku,
                pieces,
                source=source,
                target=target,
                cause=f"transfer {given['key']}",
                reason=given["reason"],
                by=console.actor(request),
            )
            console.audit(
                request.user,
                "transfer stock",
                f"stock item {item.sku}",
                before={source.code: here.on_hand + pieces, target.code: there.on_hand - pieces},
                after={source.code: here.on_hand, target.code: there.on_hand, "reason": given["reason"]},
            )
        return f"{item.sku}: {here.on_hand} at {source}, {there.on_hand} at {target}."


@console.sign_up_act(StockItem, StockLevel)
class Transfer(CarryAct):
    name = "transfer"
    label = "Transfer"

    def tell(self, row: StockItem | StockLevel) -> str:
        return "Takes goods from one place to another. What is held or promised to orders stays where it is."


class DamagedForm(CarryForm):
    reason = forms.CharField(max_length=200, label="What happened", help_text="Such as “chipped at the rim”.")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["target"].queryset = Location.objects.filter(is_damaged=True)  # type: ignore[attr-defined]


@console.sign_up_act(StockLevel)
class MoveToDamaged(CarryAct):
    name = "damaged"
    label = "Move to damaged"
    form_class = DamagedForm

    def is_shown(self, row: StockLevel) -> bool:
        return not row.location.is_damaged

    def why_not(self, row: StockLevel) -> str:
        if row.location.is_damaged:
            return "They lie among the damaged goods already."
        try:
            inventory.damaged_place()
        except inventory.NoDamagedPlace as error:
            return str(error)
        return (
            ""
            if row.available > 0
            else "Nothing here is free. If promised goods broke, adjust or count them."
        )

    def tell(self, row: StockLevel) -> str:
        return "Takes what broke off this shelf, so that nobody buys it. It can be written off from there."


class WriteOffForm(console.ActForm):
    quantity = forms.IntegerField(min_value=1, max_value=MOST_AT_ONCE, label="Pieces")
    reason = forms.CharField(max_length=200, label="Reason", help_text="Such as “cannot be repaired”.")
    field_order = ("quantity", "reason", "key")

    def clean_quantity(self) -> int:
        if self.cleaned_data["quantity"] > self.row.on_hand:
            raise ValidationError(f"Only {self.row.on_hand} lie here.")
        return self.cleaned_data["quantity"]


@console.sign_up_act(StockLevel)
class WriteOff(console.Act):
    """Damaged goods leave for good: booked once however often the button is pressed, and audited with it."""

    name = "write_off"
    label = "Write off"
    is_destructive = True
    permission = "inventory.write_off_stock"
    form_class = WriteOffForm
    refusals = {inventory.AlreadyBooked: messages.INFO, inventory.InventoryError: messages.ERROR}

    def is_shown(self, row: StockLevel) -> bool:
        return row.location.is_damaged

    def why_not(self, row: StockLevel) -> str:
        if not row.location.is_damaged:
            return f"{row.location} is not for damaged goods: move them to such a place first."
        return "" if row.on_hand else "Nothing lies here any more."

    def tell(self, row: StockLevel) -> str:
        return "Takes damaged goods out of the books for good."

    def preview(self, row: StockLevel, given: Mapping[str, Any]) -> str:
        return f"On hand at {row.location}: {row.on_hand} → {row.on_hand - given['quantity']}"

    def do(self, request: HttpRequest, row: StockLevel, given: Mapping[str, Any]) -> str:
        place, sku = row.location, row.item.sku
        with transaction.atomic():
            level = inventory.write_off(
                sku,
                given["quantity"],
                location=place,
                cause=f"write-off {given['key']}",
                reason=given["reason"],
                by=console.actor(request),
            )
            console.audit(
                request.user,
                "write off stock",
                f"stock item {sku}",
                before={"location": place.code, "on_hand": level.on_hand + given["quantity"]},
                after={"location": place.code, "on_hand": level.on_hand, "reason": given["reason"]},
            )
        return f"{sku} at {place}: {level.on_hand + given['quantity']} → {level.on_hand}."
