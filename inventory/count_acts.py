"""What staff do with a stock count, as buttons on it: write down, finish, count again, post, discard."""

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
from inventory.models import StockCount, StockCountLine
from inventory.pasted import PiecesField
from inventory.services.counts import COUNT_MOVES
from inventory.services.shelf import MOST_AT_ONCE

State = StockCount.State


def lines_of(count: StockCount) -> list[StockCountLine]:
    return list(count.lines.select_related("item", "counted_by"))


def progress(lines: list[StockCountLine]) -> str:
    done = sum(line.counted is not None for line in lines)
    return f"{done} of {len(lines)} things are counted"


def difference_words(lines: list[StockCountLine]) -> str:
    """What was missing or too many: "3 of CUP missing, 1 of PLATE too many"; empty if nothing was."""
    return ", ".join(
        f"{abs(line.difference)} of {line.item.sku} {'missing' if line.difference < 0 else 'too many'}"
        for line in lines
        if line.difference
    )


class CountAct(console.Act):
    """A button that is there as long as the count is open, and grey when it is not its turn."""

    permission = "inventory.change_stockcount"
    refusals = {inventory.InventoryError: messages.ERROR, IllegalMove: messages.ERROR}
    move: str
    not_its_turn: str

    def is_shown(self, row: StockCount) -> bool:
        return row.state in StockCount.OPEN

    def why_not(self, row: StockCount) -> str:
        if COUNT_MOVES.allows(row.state, self.move):
            return ""
        if row.state in StockCount.OPEN:
            return self.not_its_turn
        return f"{row} is {row.get_state_display()}: nothing can be changed any more."


class WriteDownForm(console.ActForm):
    """How many somebody counted of each line. What the books say is not told."""

    found = PiecesField(required=False, label="Also found here", least=0)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.lines = lines_of(self.row)
        for line in self.lines:
            self.fields[f"line_{line.pk}"] = forms.IntegerField(
                label=f"{line.item.sku} · {line.item.label}",
                min_value=0,
                max_value=MOST_AT_ONCE,
                required=False,
                help_text="" if line.counted is None else f"{line.counted} written down; empty leaves it so.",
            )
        self.order_fields([*(f"line_{line.pk}" for line in self.lines), "found"])

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if self.errors:
            return given
        counted = {line.item.sku: given[f"line_{line.pk}"] for line in self.lines}
        given["counted"] = {sku: figure for sku, figure in counted.items() if figure is not None}
        if twice := sorted(given["counted"].keys() & given["found"].keys()):
            self.add_error("found", ValidationError(f"Written in two places: {', '.join(twice)}."))
            return given
        given["counted"] |= given["found"]
        if not given["counted"]:
            raise ValidationError("Write down at least one figure; 0 if there is nothing.")
        return given


@console.sign_up_act(StockCount)
class WriteDown(CountAct):
    name = "write_down"
    label = "Write down"
    is_next_step = True
    form_class = WriteDownForm
    move = "take_figures"
    not_its_turn = "The counting is finished. To write down another figure, count again."

    def tell(self, row: StockCount) -> str:
        return (
            f"How many are there at {row.location}? Save what you counted while nothing is taken from the shelf; the "
            "rest can follow. Leave empty what you did not count."
        )

    def preview(self, row: StockCount, given: Mapping[str, Any]) -> str:
        return "\n".join(f"{sku}: {figure}" for sku, figure in given["counted"].items())

    def do(self, request: HttpRequest, row: StockCount, given: Mapping[str, Any]) -> str:
        before = {line.item.sku: line.counted for line in lines_of(row)}
        with transaction.atomic():
            inventory.enter_counts(row, given["counted"], by=console.actor(request), key=given["key"])
            console.audit(
                request.user,
                "count stock",
                f"count {row.number}",
                before={sku: before.get(sku) for sku in given["counted"]},
                after=given["counted"],
            )
        return f"Written down. {progress(lines_of(row))}."


@console.sign_up_act(StockCount)
class Finish(CountAct):
    name = "finish"
    label = "Finish counting"
    is_next_step = True
    move = "finish"
    not_its_turn = "The counting is finished already."

    def why_not(self, row: StockCount) -> str:
        if reason := super().why_not(row):
            return reason
        return "" if row.lines.counted().exists() else "Nothing was counted yet."

    def tell(self, row: StockCount) -> str:
        return (
            f"{progress(lines_of(row))}; what was not counted stays as it is. The differences are shown then, and "
            "nothing is moved before they are posted."
        )

    def do(self, request: HttpRequest, row: StockCount, given: Mapping[str, Any]) -> str:
        with transaction.atomic():
            inventory.finish_count(row)
            note(request, row, "finish count")
        return f"{row} is counted: look at the differences, then post or count again."


@console.sign_up_act(StockCount)
class Post(CountAct):
    """The differences move the stock, once; large ones by somebody who did not count."""

    name = "post"
    label = "Post the differences"
    is_next_step = True
    permission = "inventory.post_stockcount"
    move = "be_posted"
    not_its_turn = "It is still being counted: finish that first."

    def tell(self, row: StockCount) -> str:
        different = difference_words(lines_of(row))
        if not different:
            return "Everything that was counted is as the books say. Posting notes that; nothing is moved."
        second = " Somebody who did not count must post this." if inventory.needs_second_person(row) else ""
        return (
            f"{different}.{second} The stock at {row.location} is moved by these differences; what was sold since "
            "the counting stays sold. This cannot be undone."
        )

    def do(self, request: HttpRequest, row: StockCount, given: Mapping[str, Any]) -> str:
        with transaction.atomic():
            inventory.post_count(row, by=console.actor(request))
            different = difference_words(lines_of(row))
            note(request, row, "post count", difference=different)
        return f"{row} is posted: {different or 'no differences'}."


@console.sign_up_act(StockCount)
class CountAgain(CountAct):
    name = "count_again"
    label = "Count again"
    move = "go_on"
    not_its_turn = "It is still being counted."

    def is_shown(self, row: StockCount) -> bool:
        return row.state == State.COUNTED

    def tell(self, row: StockCount) -> str:
        return "Opens the count again. Figures that are written down stay until somebody writes others."

    def do(self, request: HttpRequest, row: StockCount, given: Mapping[str, Any]) -> str:
        with transaction.atomic():
            inventory.go_on_counting(row)
            note(request, row, "count again")
        return f"{row} is open again."


@console.sign_up_act(StockCount)
class Discard(CountAct):
    name = "discard"
    label = "Discard"
    is_destructive = True
    move = "be_discarded"
    not_its_turn = ""

    def tell(self, row: StockCount) -> str:
        return "Ends this count without moving anything. This cannot be undone."

    def do(self, request: HttpRequest, row: StockCount, given: Mapping[str, Any]) -> str:
        with transaction.atomic():
            inventory.discard_count(row, by=console.actor(request))
            note(request, row, "discard count")
        return f"{row} is discarded; nothing was moved."


def note(request: HttpRequest, count: StockCount, act: str, **details: object) -> None:
    console.audit(request.user, act, f"count {count.number}", after={"state": count.state, **details})
