"""The one place that writes stock figures: a guarded UPDATE and, with it, the ledger.

The guard stands in the UPDATE itself, so it holds on SQLite too, where row locks do not exist. Levels are
touched in the order of their primary keys, so that two baskets never wait for each other in a circle.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db import IntegrityError
from django.db.models import Case, F, Model, Q, Value, When
from django.db.models.expressions import Combinable

from inventory.models import StockLevel, StockMovement
from inventory.services.errors import AlreadyBooked
from inventory.services.standing import levels_of, standings
from inventory.signals import stock_turned

FIGURES = ("on_hand", "reserved", "allocated")


@dataclass(frozen=True)
class Change:
    """What one movement does to one level, in pieces; `key` makes sure that it happens once.

    `overdraft` is None unless what is free must cover the change, plus that many backorders: a promise, or pieces that
    are taken elsewhere.
    """

    level: StockLevel
    kind: StockMovement.Kind
    key: str
    reference: str
    on_hand: int = 0
    reserved: int = 0
    allocated: int = 0
    overdraft: int | None = None

    @property
    def guard(self) -> Q:
        """The rows of which this change is possible: no figure below zero, no promise of what is not there."""
        rule = Q(pk=self.level.pk)
        for figure in FIGURES:
            if (delta := getattr(self, figure)) < 0:
                rule &= Q(**{f"{figure}__gte": -delta})
        if self.overdraft is not None:
            rule &= Q(on_hand__gte=F("reserved") + F("allocated") + self._needed)
        return rule

    @property
    def _needed(self) -> int:
        """How many must be free."""
        return self.reserved + self.allocated - self.on_hand - (self.overdraft or 0)

    def fits(self, level: StockLevel) -> bool:
        """The same rule as `guard`, asked of a level that is locked."""
        return (self.overdraft is None or level.available >= self._needed) and all(
            getattr(level, figure) + getattr(self, figure) >= 0 for figure in FIGURES
        )


def book(
    changes: Sequence[Change],
    *,
    refuse: Callable[[list[Change]], Exception],
    reason: str = "",
    by: Model | None = None,
) -> None:
    """Make all changes and write their movements, or none: then `refuse` says why, given those that failed.

    At most one change per level. Costs three statements however many levels there are, and a lock if there is more
    than one; one more if an item gets low, runs out, falls short or comes back from that. Raises AlreadyBooked if a key
    is in the ledger already. Runs inside the caller's transaction, which any of these errors must end.
    """
    if len(changes) > 1 and (impossible := _impossible(changes)):
        raise refuse(impossible)
    if _update(changes) != len(changes):
        raise refuse(list(changes))
    after = levels_of({change.level.item_id for change in changes})
    movements = [_movement(change, after[change.level.pk], reason, by) for change in changes]
    try:
        StockMovement.objects.bulk_create(movements)
    except IntegrityError as error:
        if "stockmovement" in str(error) and "key" in str(error):
            raise AlreadyBooked("This was booked before; the stock was not moved again.") from error
        raise
    if turned := {after[change.level.pk].item_id for change in changes if _turned(change, after)}:
        stock_turned.send(StockLevel, items=turned)
    if crossed := _crossed(changes, after):
        from inventory import tasks

        tasks.look_at_stock.enqueue(crossed)


def _turned(change: Change, after: Mapping[int, StockLevel]) -> bool:
    """Whether a level was or is now empty: only then something can have run out or come back."""
    now = after[change.level.pk].available
    return min(now, now - change.on_hand + change.reserved + change.allocated) <= 0


def _crossed(changes: Sequence[Change], after: Mapping[int, StockLevel]) -> list[int]:
    """The items whose alerts are not the same as before, or whose deficit somebody has to share anew."""
    moved = {change.level.pk: change.on_hand - change.reserved - change.allocated for change in changes}
    promised = {after[change.level.pk].item_id for change in changes if change.allocated > 0}
    before, now = standings(after.values(), moved), standings(after.values())
    return sorted(
        item
        for item, standing in now.items()
        if standing.kinds != before[item].kinds
        or standing.deficit != before[item].deficit
        or (standing.deficit and item in promised)
    )


def _impossible(changes: Sequence[Change]) -> list[Change]:
    """Lock the levels in their one order and name the changes that they do not allow.

    A single level needs neither: its guarded UPDATE locks and decides at once.
    """
    pks = [change.level.pk for change in changes]
    levels = {
        level.pk: level for level in StockLevel.objects.filter(pk__in=pks).in_order().select_for_update()
    }
    return [change for change in changes if not change.fits(levels[change.level.pk])]


def _update(changes: Sequence[Change]) -> int:
    possible = Q()
    for change in changes:
        possible |= change.guard
    moved = [figure for figure in FIGURES if any(getattr(change, figure) for change in changes)]
    if changes and not moved:
        moved = [
            "on_hand"
        ]  # A count that finds what the books say moves nothing, and is written down nevertheless.
    return StockLevel.objects.filter(possible).update(
        **{figure: _new_value(figure, changes) for figure in moved}
    )


def _new_value(figure: str, changes: Sequence[Change]) -> Combinable:
    if len(changes) == 1:
        return F(figure) + getattr(changes[0], figure)
    deltas = [When(pk=change.level.pk, then=Value(getattr(change, figure))) for change in changes]
    return F(figure) + Case(*deltas, default=Value(0))


def _movement(change: Change, after: StockLevel, reason: str, by: Model | None) -> StockMovement:
    return StockMovement(
        key=change.key,
        kind=change.kind,
        item_id=after.item_id,
        location_id=after.location_id,
        on_hand_delta=change.on_hand,
        reserved_delta=change.reserved,
        allocated_delta=change.allocated,
        on_hand_after=after.on_hand,
        reserved_after=after.reserved,
        allocated_after=after.allocated,
        reference=change.reference,
        reason=reason,
        actor=by,
    )
