"""What rooms above this one add to the demo's past: each signs up, and tells its part when the orders are there."""

from collections.abc import Callable
from datetime import datetime
from importlib import import_module

from payments.demo.past import Past, let_rest

Tell = Callable[[Past, datetime], None]
_tellers: dict[str, str] = {}


def register(room: str, module: str) -> None:
    """Let `tell(past, now)` of a module add to the past; the room's own sweeps rest meanwhile. For AppConfig.ready."""
    _tellers[room] = module
    let_rest(room)


def tell(past: Past, now: datetime) -> None:
    """Let every room tell its part, once the orders are made; may be told again after a run that was stopped."""
    for module in _tellers.values():
        teller: Tell = import_module(module).tell
        teller(past, now)
