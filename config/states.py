"""State machines as data: which act leads from which states to which, and a move that only one of two can make."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Model


class IllegalMove(Exception):
    """The act is not possible in the state that the thing is in now (HTTP 409)."""

    def __init__(self, thing: object, act: str, state: str):
        super().__init__(f"{thing} is {state.replace('_', ' ')}: it cannot {act.replace('_', ' ')} any more.")


@dataclass(frozen=True)
class Move:
    """From these states to that one."""

    sources: Collection[str]
    target: str


@dataclass(frozen=True)
class Machine:
    """The moves of one model's `state` field."""

    moves: Mapping[str, Move]

    def allows(self, state: str, act: str) -> bool:
        return state in self.moves[act].sources

    def advance(self, row: Model, act: str, **changes: object) -> None:
        """Move the row by a conditional UPDATE: of two that try at once, one wins and the other gets IllegalMove."""
        move = self.moves[act]
        rows = type(row)._default_manager.filter(pk=row.pk, state__in=list(move.sources))
        if not rows.update(state=move.target, **changes):
            row.refresh_from_db(fields=["state"])
            raise IllegalMove(row, act, row.state)  # type: ignore[attr-defined]
        for name, value in {"state": move.target, **changes}.items():
            setattr(row, name, value)
