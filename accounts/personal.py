"""What each room keeps about a customer: every room signs up how that is handed out, and how it is erased.

A room registers in AppConfig.ready; the order of registration is the order of the rooms, lowest first:

    personal.register("orders", export=personal_data.export, erase=personal_data.erase)
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User

Export = Callable[[User], list[dict]]
Erase = Callable[[User], None]
Blocks = Callable[[User], list[str]]


def _nothing(user: User) -> list[str]:
    return []


@dataclass(frozen=True)
class Room:
    """How one room hands out, erases and, where it must, still needs what it keeps about a customer."""

    name: str
    export: Export
    erase: Erase
    blocks: Blocks = _nothing
    losses: Blocks = _nothing


rooms: dict[str, Room] = {}


def register(
    name: str, *, export: Export, erase: Erase, blocks: Blocks = _nothing, losses: Blocks = _nothing
) -> None:
    """Sign up one kind of data under a name that people read in their export ("orders", "reviews").

    - `export(user)` returns one dict per thing, of plain JSON values (texts, numbers, lists; times as ISO texts).
    - `erase(user)` takes the person out of the rows, inside a transaction that is open already: deletes what nobody
      else needs, anonymises what the books need. `user` still has the e-mail address and the name; its own row is
      anonymised last. It may run again, and mails nobody.
    - `blocks(user)` returns sentences for the customer that say why they cannot go yet (an order on its way); it is
      asked before anything is erased, inside the same transaction.
    - `losses(user)` returns sentences for the customer that say what they give up by going (store credit).
    """
    rooms[name] = Room(name, export, erase, blocks, losses)


def export(user: User) -> dict[str, list[dict]]:
    """All that the rooms keep about this customer, by the name under which they signed up."""
    return {room.name: room.export(user) for room in rooms.values()}


def blocks(user: User) -> list[str]:
    """Why this customer cannot be erased yet, in sentences fit to show; [] if nothing stands in the way."""
    return [sentence for room in rooms.values() for sentence in room.blocks(user)]


def losses(user: User) -> list[str]:
    """What this customer gives up by being erased, in sentences fit to show; [] if it is nothing of worth."""
    return [sentence for room in rooms.values() for sentence in room.losses(user)]


@transaction.atomic
def erase(user: User) -> None:
    """Have every room take this customer out of its rows, in the order of registration: all of them, or none."""
    for room in rooms.values():
        room.erase(user)
