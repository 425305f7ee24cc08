"""The noes of the warehouse, fit to show."""

from collections.abc import Iterable


class InventoryError(Exception):
    """Something that the warehouse refuses to do."""


class OutOfStock(InventoryError):
    """Some of what was asked for cannot be promised; `skus` names it, sorted."""

    def __init__(self, skus: Iterable[str]):
        self.skus = sorted(skus)
        super().__init__(f"No longer available: {', '.join(self.skus)}.")


class NotEnough(InventoryError):
    """A figure would fall below zero."""


class AlreadyBooked(InventoryError):
    """The same cause moved this stock before; nothing was moved again."""


class NoDamagedPlace(InventoryError):
    """The shop has no place for what broke."""

    def __init__(self) -> None:
        super().__init__("No place is for damaged goods: mark one under Stock, Locations.")


class SecondPersonNeeded(InventoryError):
    """The differences of a count are so large that somebody who did not count must post them."""
