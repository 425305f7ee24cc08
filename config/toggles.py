"""What staff can switch off without a restart: each room signs up its own, and asks before it goes on.

    toggles.register("returns", label="Returns", says="Customers may ask for returns in their account.")
    ...
    if not toggles.is_on("returns"): ...

Switches are rows, read anew by each process every `KNOWN_FOR` seconds, so a change is in force everywhere within that
and costs no query in between. Own lines instead of django-waffle: of its flags for percentages, groups and cookies
nothing is wanted here, and its switches would still need words for staff, an audit and a way past its cache.
"""

import time
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from config.models import Toggle

KNOWN_FOR = 2.0
"""Seconds after which a process looks again."""


@dataclass(frozen=True)
class Feature:
    """Something that can be switched: what it is called and does, and whether it is on as long as nobody said."""

    name: str
    label: str
    says: str
    default: bool


class _Known:
    """What this process knows of the switches, and since when."""

    def __init__(self) -> None:
        self.at = float("-inf")
        self.states: dict[str, bool] = {}


features: dict[str, Feature] = {}
_known = _Known()


def register(name: str, *, label: str, says: str, default: bool = True) -> None:
    """Sign up a feature; call it in AppConfig.ready. `says` is a sentence for staff: what is so while it is on."""
    features[name] = Feature(name, label, says, default)


def is_on(name: str) -> bool:
    """Whether a feature is on. Raises KeyError for one that nobody signed up."""
    default = features[name].default
    if time.monotonic() - _known.at > KNOWN_FOR:
        assume(dict(Toggle.objects.values_list("name", "is_on")))
    return _known.states.get(name, default)


def assume(states: dict[str, bool]) -> None:
    """Take these for the switches as they were just read."""
    _known.states, _known.at = states, time.monotonic()


@transaction.atomic
def switch(name: str, *, on: bool) -> bool:
    """Switch a feature; returns whether that changed anything. This process knows at once, the others in KNOWN_FOR."""
    if name not in features:
        raise KeyError(name)
    Toggle.objects.get_or_create(name=name, defaults={"is_on": features[name].default})
    changed = Toggle.objects.filter(name=name, is_on=not on).update(is_on=on, changed_at=timezone.now())
    transaction.on_commit(lambda: assume({**_known.states, name: on}))
    return bool(changed)


def label_of(name: str) -> str:
    """How staff call a feature; its bare name if the shop does not know it any more."""
    return features[name].label if name in features else name


def make_rows(**_: object) -> None:
    """Have a row for each feature, for the console to list; after each `migrate`, and safe to repeat."""
    known = set(Toggle.objects.values_list("name", flat=True))
    Toggle.objects.bulk_create(
        [
            Toggle(name=feature.name, is_on=feature.default)
            for feature in features.values()
            if feature.name not in known
        ],
        ignore_conflicts=True,
    )
