"""What a scanned text means: a command, an order, a thing, a place, a paper."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from inventory.models import Location, Receipt, StockCount, StockItem
from orders.models import Order

LONGEST = 80


@dataclass(frozen=True)
class Command:
    """A word that the page obeys: `code` is on the printed sheet, `key` on the keyboard."""

    name: str
    words: str
    key: str = ""

    @property
    def code(self) -> str:
        """Letters and digits only, and neither Y nor Z: readers and keyboards disagree about the rest."""
        return f"CMD{self.name.upper()}"


MODES = (
    Command("look", "Look up", "F2"),
    Command("pick", "Pick", "F4"),
    Command("receive", "Receive", "F8"),
    Command("count", "Count", "F9"),
)
ACTS = (
    Command("ship", "Ship what was picked"),
    Command("untracked", "Ship without a tracking number"),
    Command("done", "Done: book what was scanned"),
    Command("undo", "Take the last thing back"),
    Command("clear", "Begin again"),
)
COMMANDS = {command.code: command for command in (*MODES, *ACTS)}
CARRIER = "CMDCARRIER"

# How numbers of orders, receipts and counts are made up; what stands between the letters is left to the reader.
_NUMBERS: dict[str, tuple[type, tuple[int, ...]]] = {
    "T": (Order, (3, 3, 3)),
    "R": (Receipt, (3, 4)),
    "C": (StockCount, (3, 4)),
}

Known = Command | Order | StockItem | Location | Receipt | StockCount


@dataclass(frozen=True)
class Carrier:
    """One with whom parcels travel, as the settings name it."""

    name: str
    code: str


class Unclear(Exception):
    """What was scanned means nothing, or several things; the message says so."""


def carriers() -> list[Carrier]:
    return [Carrier(name, f"{CARRIER}{place}") for place, name in enumerate(settings.CARRIERS, start=1)]


def read(text: str) -> Known | Carrier:
    """Say what was scanned. Raises Unclear."""
    word = text.strip()[:LONGEST]
    code = f"CMD{word[1:]}" if word.startswith("/") else word
    if command := COMMANDS.get(code.upper()):
        return command
    if carrier := next((each for each in carriers() if each.code == word.upper()), None):
        return carrier
    if item := _item(word):
        return item
    if place := Location.objects.filter(code__iexact=word).first():
        return place
    if paper := _numbered(word):
        return paper
    raise Unclear(f"Nobody knows {word}.")


def _item(word: str) -> StockItem | None:
    """The thing with this barcode or SKU. Readers add or drop the first zero of an EAN; that is the same thing."""
    codes = {word}
    if word.isascii() and word.isdigit():
        codes |= (
            {f"0{word}"} if len(word) == 12 else {word[1:]} if len(word) == 13 and word[0] == "0" else set()
        )
    found = list(StockItem.objects.filter(Q(barcode__in=codes) | Q(sku__iexact=word))[:6])
    if len(found) < 2:
        return found[0] if found else None
    exact = [item for item in found if item.sku == word]
    if len(exact) == 1:
        return exact[0]
    raise Unclear(f"{word} is on several things: {', '.join(item.sku for item in found)}. Type the SKU.")


def _numbered(word: str) -> Order | Receipt | StockCount | None:
    letters = re.sub(r"[^A-Za-z0-9]", "", word).upper()
    model, lengths = _NUMBERS.get(letters[:1], (None, ()))
    if model is None or len(letters) != 1 + sum(lengths):
        return None
    parts, at = [letters[0]], 1
    for length in lengths:
        parts.append(letters[at : at + length])
        at += length
    return model.objects.filter(number="-".join(parts)).first()  # type: ignore[attr-defined]


def quantity_of(text: str) -> int | None:
    """A number of pieces that somebody typed; nothing if it is no such number."""
    word = text.strip()
    return int(word) if word.isascii() and word.isdigit() and len(word) <= 5 else None
