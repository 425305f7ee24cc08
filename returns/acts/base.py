"""What all acts on a return have in common."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config import console
from returns import services
from returns.models import ReturnLine, ReturnRequest

DECIDE = "returns.authorise_return"
RECEIVE = "returns.receive_return"
INSPECT = "returns.inspect_return"
RESOLVE = "returns.resolve_return"


def text_field(label: str, *, most: int = 2000, required: bool = True, help_text: str = "") -> Any:
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        help_text=help_text,
        widget=forms.Textarea({"rows": 4}),
    )


def lines_of(row: ReturnRequest) -> list[ReturnLine]:
    return list(row.lines.select_related("line__replaces", "line__order", "exchange_for__product"))


def words_of(row: ReturnLine, note: object = "") -> SafeString:
    """What a row of a form is about: the thing, its SKU, and a note in small letters."""
    named = " ".join(filter(None, [row.line.name, row.line.label]))
    return format_html("{}<small>{}{}</small>", named, row.line.sku, f" · {note}" if note else "")


def pieces(count: int) -> str:
    return "1 piece" if count == 1 else f"{count} pieces"


class LinesForm(console.ActForm):
    """A row of fields for each line of the return."""

    columns: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.lines = lines_of(self.row)
        rows = []
        for line in self.lines:
            fields = self.fields_of(line)
            self.fields |= fields
            rows.append((words_of(line, self.note_of(line)), list(fields)))
        self.grid = console.Grid("What", self.columns, rows)

    def fields_of(self, line: ReturnLine) -> dict[str, forms.Field]:
        """The line's fields by name, in the order of the columns."""
        raise NotImplementedError

    def note_of(self, line: ReturnLine) -> str:
        return ""


class CountsForm(LinesForm):
    """How many pieces of each line; `given["pieces"]` has them by position."""

    overtaken_codes = frozenset({"max_value"})
    columns = ("Pieces",)
    nothing = "Say of at least one line how many."

    def most_of(self, line: ReturnLine) -> int:
        raise NotImplementedError

    def fields_of(self, line: ReturnLine) -> dict[str, forms.Field]:
        most = self.most_of(line)
        field = forms.IntegerField(min_value=0, max_value=most, initial=most, required=False)
        return {f"line_{line.line.position}": field}

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        given["pieces"] = {
            each.line.position: given.get(f"line_{each.line.position}") or 0 for each in self.lines
        }
        if not self.errors and not any(given["pieces"].values()):
            raise forms.ValidationError(self.nothing)
        return given


class ReturnAct(console.Act):
    """One move of a return, audited with the states before and after it."""

    move = ""
    refusals = {services.ReturnError: messages.ERROR}

    def is_shown(self, row: ReturnRequest) -> bool:
        return not self.move or services.RETURN_MOVES.allows(row.state, self.move)

    def why_not(self, row: ReturnRequest) -> str:
        return services.why_not_move(row, self.move) if self.move else ""

    def carry_out(self, row: ReturnRequest, given: Mapping[str, Any], *, by: Any) -> None:
        """Call the service."""
        raise NotImplementedError

    def trace(self, given: Mapping[str, Any]) -> dict[str, object]:
        """What the audit trail keeps of what was typed."""
        return {}

    def done(self, row: ReturnRequest) -> str:
        return f"{row.number} is {row.get_state_display()}."

    def do(self, request: HttpRequest, row: ReturnRequest, given: Mapping[str, Any]) -> str:
        before = {"state": row.state}
        with transaction.atomic():
            self.carry_out(row, given, by=console.actor(request))
            row.refresh_from_db()
            after = {"state": row.state, **self.trace(given)}
            act = f"{self.label.lower()}: return"
            console.audit(request.user, act, f"return {row.number}", before=before, after=after)
        return self.done(row)
