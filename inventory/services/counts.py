"""A stock count from its opening to its posting. Who counts is not told what the books say."""

from collections.abc import Collection, Mapping

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from config.states import Machine, Move
from inventory.models import Location, StockCount, StockCountLine, StockItem, StockLevel, StockMovement
from inventory.services.errors import InventoryError, NotEnough, SecondPersonNeeded
from inventory.services.ledger import Change, book
from inventory.services.opening import levels_at
from inventory.services.receipts import MOST_LINES
from inventory.services.shelf import MOST_AT_ONCE

S = StockCount.State
COUNT_MOVES = Machine(
    {
        "take_figures": Move({S.COUNTING}, S.COUNTING),
        "finish": Move({S.COUNTING}, S.COUNTED),
        "go_on": Move({S.COUNTED}, S.COUNTING),
        "be_posted": Move({S.COUNTED}, S.POSTED),
        "be_discarded": Move({S.COUNTING, S.COUNTED}, S.DISCARDED),
    }
)


@transaction.atomic
def open_count(
    skus: Collection[str], *, location: Location, note: str = "", by: Model | None = None
) -> StockCount:
    """Begin to count these SKUs at one place; more may be added while counting. Moves no stock.

    Raises InventoryError for too many or unknown SKUs, and for one that is being counted there already.
    """
    if len(set(skus)) > MOST_LINES:
        raise InventoryError(f"A count has at most {MOST_LINES} things: make several.")
    items = _items(skus)
    count = StockCount.objects.create(location=location, note=note, created_by=by)
    _add_lines(count, items)
    return count


def skus_lying_at(location: Location, *, beginning: str = "") -> list[str]:
    """The SKUs that have a level at a place and begin with these letters; at most one more than a count can take."""
    levels = StockLevel.objects.filter(location=location, item__sku__startswith=beginning)
    return list(levels.order_by("item__sku").values_list("item__sku", flat=True)[: MOST_LINES + 1])


def enter_count(count: StockCount, sku: str, counted: int, *, by: Model, key: str = "") -> StockCountLine:
    """Write down how many pieces of one SKU somebody counted; see `enter_counts`."""
    [line] = enter_counts(count, {sku: counted}, by=by, key=key)
    return line


@transaction.atomic
def enter_counts(
    count: StockCount, counted: Mapping[str, int], *, by: Model, key: str = ""
) -> list[StockCountLine]:
    """Write down how many pieces somebody counted, and beside it what the books say at this moment.

    `counted` maps SKU to pieces, 0 included. A second entry takes the place of the first. An item that is not on the
    list is added. `key`, at most 40 characters, names the press of a button: a second one with the same key changes
    nothing, as the books may say something else by then. Raises IllegalMove unless the count is under way,
    InventoryError.
    """
    if not all(0 <= figure <= MOST_AT_ONCE for figure in counted.values()):
        raise InventoryError(f"A count is from 0 to {MOST_AT_ONCE}.")
    COUNT_MOVES.advance(count, "take_figures")  # Its row is ours until the commit.
    lines = _lines(count, counted)
    levels = StockLevel.objects.filter(location=count.location_id, item__sku__in=counted)
    books = dict(levels.values_list("item_id", "on_hand"))
    fresh = [line for line in lines if not key or line.entry_key != key]
    for line in fresh:
        line.counted, line.expected = counted[line.item.sku], books.get(line.item_id, 0)
        line.counted_at, line.counted_by, line.entry_key = timezone.now(), by, key  # type: ignore[assignment]
    StockCountLine.objects.bulk_update(
        fresh, ["counted", "expected", "counted_at", "counted_by", "entry_key"], batch_size=MOST_LINES
    )
    return lines


@transaction.atomic
def finish_count(count: StockCount) -> StockCount:
    """Say that the counting is done: from now on the differences are shown. Raises IllegalMove, InventoryError."""
    COUNT_MOVES.advance(count, "finish")
    if not count.lines.counted().exists():
        raise InventoryError("Nothing was counted yet.")
    return count


def go_on_counting(count: StockCount) -> StockCount:
    """Open a finished count again, to count something anew. Raises IllegalMove."""
    COUNT_MOVES.advance(count, "go_on")
    return count


def needs_second_person(count: StockCount) -> bool:
    """Whether the count is off by so much that those who counted may not post it."""
    return count.lines.counted().pieces_off() > settings.STOCK_COUNT_SECOND_PERSON_PIECES


def may_post(count: StockCount, by: Model) -> bool:
    """Whether this person may post the count, as far as who counted is concerned."""
    return not (count.lines.filter(counted_by=by).exists() and needs_second_person(count))


@transaction.atomic
def post_count(count: StockCount, *, by: Model) -> StockCount:
    """Move the stock by the differences that were found: one movement per thing that was counted.

    Each is what was counted less what the books said when it was written down, so a sale since then stays a sale. The
    shelf may come to hold less than is promised. What was not counted stays as it is. Raises IllegalMove,
    SecondPersonNeeded, and NotEnough if more is missing than the books still have.
    """
    COUNT_MOVES.advance(count, "be_posted", ended_at=timezone.now(), ended_by=by)
    if not may_post(count, by):
        raise SecondPersonNeeded(
            f"{count} is off by {count.lines.counted().pieces_off()} pieces, and you counted. Somebody else must post "
            f"what is off by more than {settings.STOCK_COUNT_SECOND_PERSON_PIECES}."
        )
    lines = {line.item.sku: line for line in count.lines.counted().select_related("item")}
    kind = StockMovement.Kind.COUNT
    changes = [
        Change(
            level=level,
            kind=kind,
            key=f"{kind} {count.number} {level.pk}",
            reference=count.reference,
            on_hand=lines[level.item.sku].difference or 0,
        )
        for level in levels_at(lines, count.location)
    ]
    book(changes, refuse=_more_missing_than_there, reason=count.note, by=by)
    count.lines.update(is_open=False)
    return count


@transaction.atomic
def discard_count(count: StockCount, *, by: Model | None = None) -> StockCount:
    """End a count without moving anything. Raises IllegalMove."""
    COUNT_MOVES.advance(count, "be_discarded", ended_at=timezone.now(), ended_by=by)
    count.lines.update(is_open=False)
    return count


def _more_missing_than_there(failed: list[Change]) -> NotEnough:
    skus = ", ".join(sorted(change.level.item.sku for change in failed))
    return NotEnough(f"More is missing than the books still have of {skus}: count it again.")


def _lines(count: StockCount, skus: Collection[str]) -> list[StockCountLine]:
    """The count's line of each SKU; what was not on the list gets one. The count's row is ours already."""
    lines = list(count.lines.filter(item__sku__in=skus).select_related("item"))
    missing = set(skus) - {line.item.sku for line in lines}
    if missing and count.lines.count() + len(missing) > MOST_LINES:
        raise InventoryError(f"A count has at most {MOST_LINES} things: make another.")
    return [*lines, *_add_lines(count, _items(missing))] if missing else lines


def _items(skus: Collection[str]) -> list[StockItem]:
    items = list(StockItem.objects.filter(sku__in=skus).order_by("sku"))
    if unknown := sorted(set(skus) - {item.sku for item in items}):
        raise InventoryError(f"There is no item with the SKU {', '.join(unknown)}.")
    return items


def counted_elsewhere(skus: Collection[str], location: Location) -> str:
    """Which of these are in an open count of that place, in words; empty if none is."""
    busy = StockCountLine.objects.filter(is_open=True, location=location, item__sku__in=skus)
    named = [f"{line.item.sku} ({line.count.number})" for line in busy.select_related("item", "count")[:5]]
    return f"Already being counted at {location}: {', '.join(named)}." if named else ""


def _add_lines(count: StockCount, items: list[StockItem]) -> list[StockCountLine]:
    lines = [StockCountLine(count=count, item=item, location=count.location) for item in items]
    try:
        with transaction.atomic():
            return StockCountLine.objects.bulk_create(lines)
    except IntegrityError as error:
        if reason := counted_elsewhere([item.sku for item in items], count.location):
            raise InventoryError(reason) from error
        raise
