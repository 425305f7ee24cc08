"""What was scanned so far, as it stands in the page's address."""

import re
import secrets
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from django.http import QueryDict

MOST_THINGS = 200
MOST_PIECES = 99_999
_KEY = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Tray:
    """Pieces by SKU, in the order in which they were scanned; `key` names the one act that they lead to.

    `about` is what it is all for: an order, a receipt or a count by number. `place` is a location's code, `carrier` a
    name; `taken` says from which other place a SKU is taken. `step` is "track" once only the tracking number is
    missing.
    """

    about: str = ""
    place: str = ""
    carrier: str = ""
    step: str = ""
    key: str = field(default_factory=lambda: secrets.token_hex(8))
    got: dict[str, int] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, query: QueryDict, sent: QueryDict | None = None) -> "Tray":
        """The tray of an address; what makes no sense in it is left out.

        A page that was opened without a key made one up and sends it along, so that its first act happens once too.
        """
        given = {name: query.get(name, "")[:60] for name in ("about", "place", "carrier")}
        key = query.get("key") or (sent or QueryDict()).get("key", "")
        got = {sku: int(count) for sku, count in _pairs(query.getlist("got")) if _is_count(count)}
        taken = {sku: code for sku, code in _pairs(query.getlist("from")) if sku in got}
        step = "track" if query.get("step") == "track" else ""
        return cls(
            **given,
            step=step,
            got=got,
            taken=taken,
            **({"key": key} if _KEY.fullmatch(key) else {}),
        )

    @property
    def query(self) -> str:
        parts = [
            (name, value)
            for name in ("about", "place", "carrier", "step", "key")
            if (value := getattr(self, name))
        ]
        parts += [("got", f"{count}:{sku}") for sku, count in self.got.items()]
        parts += [("from", f"{code}:{sku}") for sku, code in self.taken.items()]
        return urlencode(parts)

    @property
    def last(self) -> str:
        """The SKU that was scanned last; nothing on an empty tray."""
        return next(reversed(self.got), "")

    @property
    def pieces(self) -> int:
        return sum(self.got.values())

    def put(self, sku: str, count: int) -> "Tray":
        """The tray with so many pieces of a thing, which was scanned last now."""
        rest = {known: pieces for known, pieces in self.got.items() if known != sku}
        return replace(self, got={**rest, sku: min(max(count, 0), MOST_PIECES)})

    def without(self, sku: str) -> "Tray":
        return replace(
            self,
            got={known: pieces for known, pieces in self.got.items() if known != sku},
            taken={known: code for known, code in self.taken.items() if known != sku},
        )

    def begin(self, about: str = "") -> "Tray":
        """An empty tray under a new key; carrier and place stay as they were."""
        return Tray(about=about, place=self.place, carrier=self.carrier)


def _pairs(texts: list[str]) -> list[tuple[str, str]]:
    """("MUG-1", "2") of "2:MUG-1"."""
    parts = [text[:80].partition(":") for text in texts[:MOST_THINGS]]
    return [(sku, first) for first, colon, sku in parts if colon and sku]


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5
