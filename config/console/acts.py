"""Buttons on a row's page. Each leads to a page that says what will happen, asks, and calls one service."""

import secrets
from collections.abc import Mapping
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.validators import RegexValidator
from django.db.models import Model
from django.http import HttpRequest


class ActForm(forms.Form):
    """What an act needs to know. `key` is made when the form is first shown and names this one act for ever."""

    key = forms.CharField(
        widget=forms.HiddenInput,
        validators=[RegexValidator(r"^[0-9a-f]{16}\Z", "Please open this page anew.")],
        initial=lambda: secrets.token_hex(8),
    )

    def __init__(self, *args: Any, row: Model, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.row = row


class Act:
    """One thing that staff may do to one row."""

    name: str
    """In the address."""
    label: str
    """On the button."""
    permission: str
    form_class: type[ActForm] = ActForm
    refusals: Mapping[type[Exception], int] = {}
    """Errors that are an answer, and the level at which they are told: ERROR keeps the form, others end the page."""

    def is_open(self, row: Any) -> bool:
        """Whether the button is there now; the service decides again."""
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
        for model in models:
            _acts.setdefault(model, []).append(act_class())
        return act_class

    return sign_up


def acts_of(model: type[Model]) -> list[Act]:
    return _acts.get(model, [])
