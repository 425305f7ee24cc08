"""What people type about returns, made clean; what may be sent back is for the services to say."""

import re
import secrets
from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from returns import services
from returns.models import ReturnLine, ReturnMessage, ReturnRequest
from returns.services import Fault, Returnable, Wish
from shop.forms import one_line, paragraphs
from shop.models import Variant

_MOST_PIECES = 99_999
_POSITION = re.compile(r"line-([0-9]{1,6})-pieces")
_KEY = re.compile(r"[A-Za-z0-9]{8,64}")


def new_key() -> str:
    """A key that is made with a page, so that what is sent from it twice counts once."""
    return secrets.token_hex(16)


def key_in(data: QueryDict) -> str:
    """The key of the page that was sent; a new one if it has none that looks like ours."""
    key = str(data.get("key", ""))
    return key if _KEY.fullmatch(key) else new_key()


class LineForm(forms.Form):
    """How many pieces of one line shall go back, why, and what shall come instead."""

    pieces = forms.IntegerField(
        label=_("How many"),
        required=False,
        min_value=0,
        max_value=_MOST_PIECES,
        widget=forms.NumberInput(
            attrs={"class": "form-control return-counts", "inputmode": "numeric", "placeholder": "0"}
        ),
        error_messages={"invalid": _("Type a whole number.")},
    )
    reason = forms.ChoiceField(
        label=_("Why"),
        required=False,
        choices=lambda: [("", _("Please choose")), *ReturnLine.Reason.choices],
        widget=forms.Select(attrs={"class": "form-select return-choices"}),
        error_messages={"invalid_choice": _("Choose why you send it back.")},
    )
    words = forms.CharField(
        label=_("What is the matter? (optional)"),
        required=False,
        max_length=ReturnLine._meta.get_field("words").max_length,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )
    exchange_for = forms.CharField(label=_("What would you like instead?"), required=False, max_length=20)

    def __init__(self, found: Returnable, options: Sequence[Variant], *args: Any, **kwargs: Any):
        super().__init__(*args, prefix=f"line-{found.line.position}", **kwargs)
        self.found, self.line, self.options = found, found.line, options
        self.fields["pieces"].widget.attrs |= {"min": 0, "max": found.pieces}

    def clean_words(self) -> str:
        return paragraphs(self.cleaned_data["words"])

    @property
    def chosen(self) -> Variant | None:
        """What shall come instead, if it is one of what can be chosen."""
        typed = str(self["exchange_for"].value() or "")
        return next((each for each in self.options if str(each.pk) == typed), None)

    @property
    def wish(self) -> Wish | None:
        """What was typed, if any pieces shall go back."""
        typed = self.cleaned_data
        if not typed.get("pieces"):
            return None
        return Wish(
            self.line.position,
            typed["pieces"],
            typed.get("reason", ""),
            typed.get("words", ""),
            exchange_for=self.chosen,
        )

    def mark_wrong(self) -> None:
        """Let each field that is wrong say so to those who do not see it."""
        for name in self.errors:
            attrs = self.fields[name].widget.attrs
            attrs |= {"aria-invalid": "true", "aria-describedby": f"{self[name].id_for_label}_error"}
            attrs["class"] = f"{attrs.get('class', '')} is-invalid"


class ReturnForm:
    """The page that asks for a return: a form for each line of the order, and what counts for all of them."""

    def __init__(self, order: Order, data: QueryDict | None = None):
        self.order, self.data = order, data
        self.found = services.returnables(order)
        options = services.choices_of([each.line for each in self.found if each.pieces])
        only = self._only_piece()
        self.lines = [
            LineForm(
                each,
                options.get(each.line.position, []),
                data,
                initial={"pieces": 1 if each is only else None},
            )
            for each in self.found
        ]
        self.faults: list[Fault] = []
        kinds = ReturnRequest.Kind
        wants = data.get("kind") if data else None
        self.may_exchange = any(line.options for line in self.lines)
        self.kind = kinds.EXCHANGE if wants == kinds.EXCHANGE and self.may_exchange else kinds.REFUND
        self.key = key_in(data) if data is not None else new_key()

    def _only_piece(self) -> Returnable | None:
        """The one piece that can be sent back, if there is only one: it is chosen already."""
        can = [each for each in self.found if each.pieces]
        return can[0] if len(can) == 1 and can[0].pieces == 1 else None

    @property
    def is_exchange(self) -> bool:
        return self.kind == ReturnRequest.Kind.EXCHANGE

    @property
    def wishes(self) -> list[Wish]:
        """What is asked for, as it was sent: a line that was sent twice, or that the order does not have, is in it."""
        if self.data is None:
            return [Wish(line.line.position, 1, "") for line in self.lines if line["pieces"].value() == 1]
        wishes = []
        for line in self.lines:
            times = len(self.data.getlist(line.add_prefix("pieces")))
            wishes += [line.wish] * max(times, 1) if line.is_valid() and line.wish else []
        known = {line.line.position for line in self.lines}
        sent = (found for name in self.data if (found := _POSITION.fullmatch(name)))
        strange = {int(found[1]) for found in sent if self.data[found[0]] not in {"", "0"}} - known
        return wishes + [Wish(position, 1, "") for position in sorted(strange)]

    def is_valid(self) -> bool:
        """Judge what was sent, with the policy; what is wrong stands at its fields then."""
        wishes = self.wishes
        are_clean = not [line for line in self.lines if not line.is_valid()]
        if are_clean or wishes:
            self.faults = services.faults(wishes, self.found, self.kind)
        by_position = {line.line.position: line for line in self.lines}
        for fault in self.faults:
            if fault.position is not None:
                by_position[fault.position].add_error(fault.field, fault.why)
        for line in self.lines:
            line.mark_wrong()
        return are_clean and not self.faults

    @property
    def general_faults(self) -> list[str]:
        """What is wrong and belongs to no field."""
        return [fault.why for fault in self.faults if fault.position is None]

    @property
    def wrong_fields(self) -> list[tuple[LineForm, forms.BoundField]]:
        return [(line, line[name]) for line in self.lines if line.is_bound for name in line.errors]

    @property
    def likely(self) -> list[Wish]:
        """What an estimate can be made of before anything is judged: never more than can be sent back."""
        most = {each.line.position: each.pieces for each in self.found}
        wanted = {wish.position: wish for wish in self.wishes}
        return [
            Wish(at, min(wish.pieces, most[at]), wish.reason, exchange_for=wish.exchange_for)
            for at, wish in wanted.items()
            if most.get(at)
        ]


class MessageForm(forms.Form):
    """A few words to the shop about one return."""

    text = forms.CharField(
        label=_("Your message"),
        max_length=ReturnMessage._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
        error_messages={"required": _("Write something.")},
    )

    def clean_text(self) -> str:
        text = paragraphs(self.cleaned_data["text"])
        if not text:
            raise forms.ValidationError(self.fields["text"].error_messages["required"])
        return text


class SentForm(forms.Form):
    """With whom the parcel travels to us; both may be left out."""

    carrier = forms.CharField(
        label=_("Carrier (optional)"),
        required=False,
        max_length=ReturnRequest._meta.get_field("carrier").max_length,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )
    tracking_number = forms.CharField(
        label=_("Tracking number (optional)"),
        required=False,
        max_length=ReturnRequest._meta.get_field("tracking_number").max_length,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )

    def clean_carrier(self) -> str:
        return one_line(self.cleaned_data["carrier"])

    def clean_tracking_number(self) -> str:
        return one_line(self.cleaned_data["tracking_number"])
