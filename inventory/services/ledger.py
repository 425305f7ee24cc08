"""The one place that writes stock figures: a guarded UPDATE and, with it, the ledger.

The guard stands in the UPDATE itself, so it holds on SQLite too, where row locks do not exist. Levels are
touched in the order of their primary keys, so that two baskets never wait for each other in a circle.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError
from django.db.models import Case, F, Model, Q, Value, When
from django.db.models.expressions import Combinable

from inventory.models import StockLevel, StockMovement
from inventory.services.errors import AlreadyBooked

FIGURES = ("on_hand", "reserved", "allocated")


@dataclass(frozen=True)
class Change:
    """What one movement does to one level, in pieces; `key` makes sure that it happens once.

    `overdraft` is None unless the change is a promise: then what is free must cover it, plus that many backorders.
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
            needed = self.reserved + self.allocated - self.overdraft
            rule &= Q(on_hand__gte=F("reserved") + F("allocated") + needed)
        return rule

    def fits(self, level: StockLevel) -> bool:
        """The same rule as `guard`, asked of a level that is locked."""
        promised = 0 if self.overdraft is None else self.reserved + self.allocated - self.overdraft
        return (self.overdraft is None or level.available >= promised) and all(
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
    than one. Raises AlreadyBooked if a key is in the ledger already. Runs inside the caller's transaction, which any
    of these errors must end.
    """
    if len(changes) > 1 and (impossible := _impossible(changes)):
        raise refuse(impossible)
    if _update(changes) != len(changes):
        raise refuse(list(changes))
    after = StockLevel.objects.in_bulk([change.level.pk for change in changes])
    movements = [_movement(change, after[change.level.pk], reason, by) for change in changes]
    try:
        StockMovement.objects.bulk_create(movements)
    except IntegrityError as error:
        if "stockmovement" in str(error) and "key" in str(error):
            raise AlreadyBooked("This was booked before; the stock was not moved again.") from error
        raise


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
