"""Buttons for goods that come back: receive, inspect."""

from collections.abc import Mapping
from typing import Any

from django import forms

from config import console
from inventory import services as inventory
from inventory.models import Location
from returns import services
from returns.acts.base import INSPECT, RECEIVE, CountsForm, LinesForm, ReturnAct, pieces
from returns.models import ReturnLine, ReturnRequest
from returns.scan import all_here

KINDS = ("sellable", "damaged", "missing", "kept", "refused")
HEADINGS = ("Sellable", "Damaged", "Missing", "Customer keeps", "Refused")


class ReceiveForm(CountsForm):
    columns = ("Came now",)
    nothing = "Say of at least one line how many came."

    def most_of(self, line: ReturnLine) -> int:
        return line.approved - line.received

    def note_of(self, line: ReturnLine) -> str:
        return f"{line.approved} authorised, {line.received} came so far"


@console.sign_up_act(ReturnRequest)
class Receive(ReturnAct):
    """Count in a parcel; once under its key, however often the button is pressed."""

    name = "receive"
    label = "Receive"
    is_next_step = True
    permission = RECEIVE
    move = "receive"
    form_class = ReceiveForm

    def is_shown(self, row: ReturnRequest) -> bool:
        """With all of it here there is nothing to press any more."""
        return super().is_shown(row) and not all_here(row)

    def why_not(self, row: ReturnRequest) -> str:
        return super().why_not(row) or ("All of it has come." if all_here(row) else "")

    def tell(self, row: ReturnRequest) -> str:
        return "Count what is in the parcel. If something is missing, say how many came; more may come later."

    def preview(self, row: ReturnRequest, given: Mapping[str, Any]) -> str:
        words = [
            f"{each.line.sku}: {each.received} → {each.received + count} of {each.approved} authorised"
            for each in row.lines.select_related("line")
            if (count := given["pieces"].get(each.line.position))
        ]
        return "\n".join([*words, "", "Nothing goes on a shelf yet: that follows from the inspection."])

    def carry_out(self, row: ReturnRequest, given: Mapping[str, Any], *, by: Any) -> None:
        services.receive(row, given["pieces"], key=given["key"], by=by)

    def trace(self, given: Mapping[str, Any]) -> dict[str, object]:
        return {"pieces": given["pieces"]}


class InspectForm(LinesForm):
    """Of each authorised piece, what it is; `given["found"]` has it by position."""

    columns = HEADINGS
    shelf = forms.ModelChoiceField(
        Location.objects.none(), required=False, label="Sellable pieces go to", empty_label=None
    )
    field_order = ("shelf", "key")

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field: Any = self.fields["shelf"]
        field.queryset = Location.objects.filter(is_sellable=True)
        field.initial = field.queryset.first()

    def fields_of(self, line: ReturnLine) -> dict[str, forms.Field]:
        usual = {"sellable": line.received, "missing": line.approved - line.received}
        return {
            f"{kind}_{line.line.position}": forms.IntegerField(
                min_value=0, max_value=line.approved, initial=usual.get(kind, 0), required=False
            )
            for kind in KINDS
        }

    def note_of(self, line: ReturnLine) -> str:
        return f"{line.received} of {line.approved} came: {line.get_reason_display()}"

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if self.errors:
            return given
        given["found"] = {}
        for each in self.lines:
            at = each.line.position
            found = services.Found(**{kind: given.get(f"{kind}_{at}") or 0 for kind in KINDS})
            given["found"][at] = found
            if found.all != each.approved:
                words = f"Say of each of the {pieces(each.approved)} what it is; that makes {found.all}."
                self.add_error(f"sellable_{at}", words)
            elif found.came > each.received:
                self.add_error(f"sellable_{at}", f"Only {pieces(each.received)} came.")
        if any(found.sellable for found in given["found"].values()) and not given.get("shelf"):
            self.add_error("shelf", "Choose where the sellable pieces go.")
        return given


@console.sign_up_act(ReturnRequest)
class Inspect(ReturnAct):
    name = "inspect"
    label = "Inspect"
    is_next_step = True
    permission = INSPECT
    form_class = InspectForm

    def is_shown(self, row: ReturnRequest) -> bool:
        return not self.why_not(row)

    def why_not(self, row: ReturnRequest) -> str:
        """What the customer may keep is inspected without having come."""
        may_waive = services.RETURN_MOVES.allows(row.state, "waive")
        return "" if may_waive else services.why_not_move(row, "inspect")

    def tell(self, row: ReturnRequest) -> str:
        words = (
            "Sellable pieces go back on sale, damaged ones to the place for such. What the customer keeps is taken "
            "back without coming. What is missing or refused is not paid for and stays the customer's."
        )
        if row.state in ReturnRequest.AWAITED:
            return f"Nothing has come yet: press on only if the customer may keep it all. {words}"
        return words

    def preview(self, row: ReturnRequest, given: Mapping[str, Any]) -> str:
        lines = {each.line.position: each for each in row.lines.select_related("line")}
        words = [
            sentence
            for at, found in given["found"].items()
            for sentence in _where_to(lines[at].line.sku, found, given["shelf"])
        ]
        taken = sum(found.accepted for found in given["found"].values())
        return "\n".join([*words, "", f"{pieces(taken)} taken back. This cannot be undone."])

    def carry_out(self, row: ReturnRequest, given: Mapping[str, Any], *, by: Any) -> None:
        services.inspect(row, given["found"], shelf=given["shelf"], by=by)

    def trace(self, given: Mapping[str, Any]) -> dict[str, object]:
        found = {
            at: {kind: count for kind in KINDS if (count := getattr(each, kind))}
            for at, each in given["found"].items()
        }
        return {"found": found, "shelf": given["shelf"].code if given["shelf"] else ""}


def _where_to(sku: str, found: services.Found, shelf: Location | None) -> list[str]:
    """A sentence for each kind of piece: where it goes, or why it does not."""
    ends = {
        "sellable": f"on sale at {shelf}",
        "damaged": f"to {_damaged_words()}",
        "missing": "missing, not paid for",
        "kept": "kept by the customer, taken back all the same",
        "refused": "refused, not paid for: to be sent to the customer again",
    }
    return [
        f"{sku}: {pieces(count)} {words}" for kind, words in ends.items() if (count := getattr(found, kind))
    ]


def _damaged_words() -> str:
    try:
        return str(inventory.damaged_place())
    except inventory.InventoryError as error:
        return f"nowhere: {error}"
