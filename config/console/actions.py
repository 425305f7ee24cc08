"""What can be done to many chosen rows of a list; rooms above may add to the lists of rooms below."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

Take = Callable[[HttpRequest, QuerySet], HttpResponse | None]


@dataclass(frozen=True)
class Action:
    """`take` gets the chosen rows and answers with a page that asks; nothing, and the list is shown again."""

    name: str
    label: str
    permission: str
    take: Take

    @property
    def for_django(self) -> tuple[Callable[[Any, HttpRequest, QuerySet], HttpResponse | None], str, str]:
        return (lambda desk, request, rows: self.take(request, rows)), self.name, self.label


_actions: dict[type[Model], list[Action]] = {}


def sign_up_action(*models: type[Model], label: str, permission: str) -> Callable[[Take], Take]:
    """Offer the function on the lists of these models to those with the permission."""

    def sign_up(take: Take) -> Take:
        for model in models:
            _actions.setdefault(model, []).append(Action(take.__name__, label, permission, take))
        return take

    return sign_up


def actions_of(model: type[Model]) -> list[Action]:
    return _actions.get(model, [])
