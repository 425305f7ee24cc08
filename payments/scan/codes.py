"""What a scanned text means: a command, an order, a thing, a place, a paper."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True)
class Elsewhere:
    """A paper of a room above: `lead` says where in the console a member of staff goes on with it, "" if nowhere."""

    words: str
    lead: Callable[[Any], str]


Find = Callable[[str], Elsewhere | None]
_elsewhere: dict[str, tuple[tuple[int, ...], Find]] = {}


def sign_up_number(letters: str, lengths: tuple[int, ...], find: Find) -> None:
    """Let the desk know numbers such as RMA-ABCD-EFGH: their letters, the lengths of what follows, who finds them."""
    _elsewhere[letters] = (lengths, find)


Known = Command | Order | StockItem | Location | Receipt | StockCount | Elsewhere


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
    if paper := _numbered(word) or _paper_of_another_room(word):
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
    letters = _plain(word)
    model, lengths = _NUMBERS.get(letters[:1], (None, ()))
    number = _spelled(letters, 1, lengths)
    return model.objects.filter(number=number).first() if model and number else None  # type: ignore[attr-defined]


def _paper_of_another_room(word: str) -> Elsewhere | None:
    plain = _plain(word)
    for letters, (lengths, find) in _elsewhere.items():
        if plain.startswith(letters) and (number := _spelled(plain, len(letters), lengths)):
            return find(number)
    return None


def _plain(word: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", word).upper()


def _spelled(letters: str, first: int, lengths: tuple[int, ...]) -> str:
    """The number with its hyphens; empty if it is none of these lengths."""
    if len(letters) != first + sum(lengths):
        return ""
    parts, at = [letters[:first]], first
    for length in lengths:
        parts.append(letters[at : at + length])
        at += length
    return "-".join(parts)


def quantity_of(text: str) -> int | None:
    """A number of pieces that somebody typed; nothing if it is no such number."""
    word = text.strip()
    return int(word) if word.isascii() and word.isdigit() and len(word) <= 5 else None
