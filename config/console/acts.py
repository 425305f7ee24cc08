"""Buttons on a row's page. Each leads to a page that says what will happen, asks, and calls one service."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.validators import RegexValidator
from django.db.models import Model
from django.http import HttpRequest


def actor(request: HttpRequest) -> Any:
    """Who presses the button: a user of the room above, as the console lets nobody in who is not signed in."""
    return request.user


@dataclass(frozen=True)
class Grid:
    """Fields of a form side by side: a row for each thing, a column for each question.

    `rows` are words, which begin the row, and the names of its fields.
    """

    first: str
    columns: Sequence[str]
    rows: Sequence[tuple[object, Sequence[str]]]


class ActForm(forms.Form):
    """What an act needs to know. `key` is made when the form is first shown and names this one act for ever."""

    key = forms.CharField(
        widget=forms.HiddenInput,
        validators=[RegexValidator(r"^[0-9a-f]{16}\Z", "Please open this page anew.")],
        initial=lambda: secrets.token_hex(8),
    )

    overtaken_codes = frozenset({"overtaken"})
    """Codes of field errors that depend on how the row is now: less is left than when the page was shown."""

    grid: Grid | None = None

    def __init__(self, *args: Any, row: Model, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.row: Any = row  # of the model that the act has signed up for

    def grid_rows(self) -> Iterator[tuple[object, list[tuple[str, forms.BoundField]]]]:
        """Words, and for each question its name and field."""
        for words, names in self.grid.rows if self.grid else ():
            columns = self.grid.columns if self.grid else ()
            yield words, [(column, self[name]) for column, name in zip(columns, names, strict=True)]

    def single_fields(self) -> list[forms.BoundField]:
        """What is asked once, not of each thing."""
        in_grid = {name for _words, names in self.grid.rows for name in names} if self.grid else set()
        return [field for field in self.visible_fields() if field.name not in in_grid]

    @property
    def is_overtaken(self) -> bool:
        """Whether what was shown and confirmed was right then and is not any more: a conflict, not a typing error."""
        codes = {error.code for errors in self.errors.as_data().values() for error in errors}
        return "confirmed" in self.data and bool(codes) and codes <= self.overtaken_codes


class Act:
    """One thing that staff may do to one row."""

    name: str
    """In the address."""
    label: str
    """On the button."""
    permission: str
    form_class: type[ActForm] = ActForm
    is_next_step = False
    """Whether it takes the row further on its way; the first of these that is possible now is the button to press."""
    is_destructive = False
    """Whether it ends or takes away what no other act brings back: its button comes last and is quiet."""
    refusals: Mapping[type[Exception], int] = {}
    """Errors that are an answer, and the level at which they are told: ERROR refuses (409), others lead to the row."""

    def why_not(self, row: Any) -> str:
        """Why it cannot be done to this row now, in a sentence; empty if it can. The service decides again.

        The button is greyed and the sentence stands below it; who posts the act nevertheless gets a 409 with it.
        """
        return ""

    def is_shown(self, row: Any) -> bool:
        """Whether the button makes sense on this row at all; of two opposites, one is enough."""
        return True

    def tell(self, row: Any) -> str:
        """Say what the act is, before anything is typed."""
        raise NotImplementedError

    def preview(self, row: Any, given: Mapping[str, Any]) -> str:
        """Say what exactly will happen with what was typed."""
        raise NotImplementedError

    def do(self, request: HttpRequest, row: Any, given: Mapping[str, Any]) -> str:
        """Call the service, and say what was done."""
        raise NotImplementedError

    def level_of(self, error: Exception) -> int:
        return next(
            (level for kind, level in self.refusals.items() if isinstance(error, kind)), messages.ERROR
        )


_acts: dict[type[Model], list[Act]] = {}
ActClass = TypeVar("ActClass", bound=type[Act])


def sign_up_act(*models: type[Model]):
    """Put the act's button on the pages of these models; rooms above may add to those of rooms below."""

    def sign_up(act_class: ActClass) -> ActClass:
        if hasattr(act_class, "is_open"):
            raise TypeError(f"{act_class.__name__}: not is_open, but why_not(row), which says why.")
        for model in models:
            _acts.setdefault(model, []).append(act_class())
        return act_class

    return sign_up


def acts_of(model: type[Model]) -> list[Act]:
    return _acts.get(model, [])


@dataclass(frozen=True)
class Button:
    """An act on a row's page; `why_not` is the sentence below a greyed one."""

    act: Act
    address: str
    why_not: str

    @property
    def is_next_step(self) -> bool:
        return self.act.is_next_step and not self.why_not


def in_order(buttons: Iterable[Button]) -> list[Button]:
    """The next step first, what is not possible now behind what is, and destructive acts last."""
    return sorted(
        buttons, key=lambda each: (each.act.is_destructive, bool(each.why_not), not each.act.is_next_step)
    )


def group_reasons(buttons: Iterable[Button]) -> list[tuple[str, list[Button]]]:
    """The sentences of greyed buttons, each once, with the buttons that it closes."""
    reasons: dict[str, list[Button]] = {}
    for button in buttons:
        if button.why_not:
            reasons.setdefault(button.why_not, []).append(button)
    return list(reasons.items())
