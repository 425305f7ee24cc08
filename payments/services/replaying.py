"""The inbox run again on a copy of the books: whatever the order of the events, the end is the same."""

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models import Model

from config.scratch import on_a_copy
from payments import gateway
from payments.models import WebhookEvent
from payments.services.inbox import record_event

ROOMS = ("inventory", "orders", "payments", "returns")
# The inbox counts its tries, which is what a replay is.
BESIDES = {WebhookEvent}
State = dict[str, dict[Any, bytes]]
MOST_DIFFERENCES = 50


@dataclass
class Replay:
    """How a replay ended. `differences` name each row that is another one now, `failures` events that broke."""

    events: int = 0
    rows: int = 0
    digest: str = ""
    end_digest: str = ""
    differences: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def is_same(self) -> bool:
        return self.digest == self.end_digest and not self.failures


def replay_events(*, seed: int | None = None, progress: Callable[[int, int], None] | None = None) -> Replay:
    """Act on every event of the inbox again, as if it had just come, on a copy of the database.

    In the order in which they came, or shuffled by `seed`. Stripe is asked, as the inbox does, and nothing is changed
    there: a request that would is refused. The live rows are only read. What differs after that is named: money,
    orders and stock must not follow from the order of events, nor from how often they come.
    """
    replay = Replay()
    with on_a_copy(), gateway.only_reading():
        before = _state()
        WebhookEvent.objects.update(state=WebhookEvent.State.RECEIVED, decided_at=None, attempts=0)
        numbers = list(WebhookEvent.objects.order_by("pk").values_list("pk", flat=True))
        if seed is not None:
            random.Random(seed).shuffle(numbers)  # noqa: S311 - the order must be the same for the same seed
        replay.events = len(numbers)
        for done, number in enumerate(numbers, start=1):
            _act(number, replay)
            if progress:
                progress(done, replay.events)
        after = _state()
        replay.rows = sum(len(rows) for rows in before.values())
        replay.digest, replay.end_digest = _digest(before), _digest(after)
        replay.differences = list(_differences(before, after))
    return replay


def _act(number: int, replay: Replay) -> None:
    row = WebhookEvent.objects.get(pk=number)
    try:
        record_event(gateway.stored_event(row.body))
    except Exception as error:
        replay.failures.append(f"{row.kind} {row.event_id}: {type(error).__name__}: {error}")


def _models() -> list[type[Model]]:
    found = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]
    return [model for model in found if model not in BESIDES]


def _state() -> State:
    """Every row of money, orders and stock as a hash of all that it says."""
    return {model._meta.label: dict(_hashes(model)) for model in _models()}


def _hashes(model: type[Model]) -> Iterator[tuple[Any, bytes]]:
    for row in model._default_manager.order_by("pk").values_list("pk", *_columns(model)).iterator(2000):
        yield row[0], hashlib.blake2b(repr(row).encode(), digest_size=12).digest()


def _columns(model: type[Model]) -> list[str]:
    return [each.attname for each in model._meta.concrete_fields]


def _digest(state: State) -> str:
    whole = hashlib.blake2b(digest_size=12)
    for label, rows in sorted(state.items()):
        whole.update(label.encode())
        for pk, row in sorted(rows.items()):
            whole.update(repr(pk).encode() + row)
    return whole.hexdigest()


def _differences(before: State, after: State) -> Iterator[str]:
    for label in before:
        model = apps.get_model(label)
        gone = before[label].keys() - after[label].keys()
        for pk in sorted(after[label]):
            if before[label].get(pk) != after[label][pk]:
                row = model._default_manager.filter(pk=pk).values(*_columns(model)).get()
                word = "changed" if pk in before[label] else "new"
                yield f"{label} {pk} is {word}: {row}"
        yield from (f"{label} {pk} is gone" for pk in sorted(gone))
