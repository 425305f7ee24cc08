"""Stock alerts: opened when an item gets low, runs out or falls short of its promises, closed when that is over.

A movement that crosses a line leaves a task in its own transaction (`inventory.services.ledger`); the task looks at the
item as it is by then, so that a sale that was rolled back leaves no trace, and twenty sales at once make one alert.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Model, Sum
from django.utils import timezone

from inventory.models import StockAlert, StockItem, StockLevel, StockMovement
from inventory.services.errors import InventoryError
from inventory.services.standing import Standing, levels_of, standings
from inventory.signals import stock_short

# What was sold in this time is likely to be sold again before ordered goods arrive.
LATELY = timedelta(days=14)
# Alerts of one moment go into one mail, and what is back above by then into none.
GATHER = timedelta(minutes=1)
# Stock that goes up and down around a line is written about once in this time.
QUIET = timedelta(days=1)
BATCH = 500


class AlreadyAcknowledged(InventoryError):
    def __init__(self) -> None:
        super().__init__("Somebody has acknowledged this before, or it is over.")


def look_at(items: Iterable[int]) -> int:
    """Open and close the alerts of these items (primary keys) as their stock is now; returns how many changed.

    Safe to run at any time and several times at once. Two queries if nothing has to change.
    """
    wanted = sorted(set(items))
    open_kinds: dict[int, set[str]] = {item: set() for item in wanted}
    for item, kind in StockAlert.objects.open().filter(item__in=wanted).values_list("item", "kind"):
        open_kinds[item].add(kind)
    found = standings(levels_of(wanted).values())
    changed = sum(
        _follow(item)
        for item, standing in found.items()
        if standing.kinds != open_kinds[item] or standing.deficit
    )
    if StockAlert.objects.to_mail().exists():
        from inventory import tasks

        tasks.mail_alerts.using(run_after=timezone.now() + GATHER).enqueue()
    return changed


def look_at_everything() -> int:
    """The same for every item that ever lay anywhere: makes up for what a process left undone when it died."""
    items = list(StockLevel.objects.order_by("item").values_list("item", flat=True).distinct())
    return sum(look_at(items[start : start + BATCH]) for start in range(0, len(items), BATCH))


@transaction.atomic
def _follow(item: int) -> int:
    """Let the alerts of one item say what is so; one at a time, by the lock on the item, which stops no sale."""
    StockItem.objects.select_for_update(no_key=True).get(pk=item)
    standing = standings(levels_of([item]).values())[item]
    alerts = {alert.kind: alert for alert in StockAlert.objects.open().filter(item=item)}
    over = [alert.pk for kind, alert in alerts.items() if kind not in standing.kinds]
    StockAlert.objects.filter(pk__in=over).update(closed_at=timezone.now())
    due = standing.kinds - alerts.keys()
    if due:
        sold = sold_lately(item)
        StockAlert.objects.bulk_create([_alert(item, kind, standing, sold) for kind in sorted(due)])
    if standing.deficit or StockAlert.Kind.DEFICIT in alerts:
        if standing.deficit and StockAlert.Kind.DEFICIT in alerts:
            StockAlert.objects.filter(pk=alerts[StockAlert.Kind.DEFICIT].pk).update(missing=standing.deficit)
        stock_short.send(StockAlert, item=item)
    return len(over) + len(due)


def _alert(item: int, kind: str, standing: Standing, sold: int) -> StockAlert:
    before = StockAlert.objects.filter(item=item, kind=kind, mailed_at__gt=timezone.now() - QUIET)
    return StockAlert(
        item_id=item,
        kind=kind,
        free=standing.free,
        threshold=standing.threshold,
        missing=standing.deficit if kind == StockAlert.Kind.DEFICIT else 0,
        sold=sold,
        suggested=suggested_order(standing.free, standing.threshold, sold),
        mailed_at=before.values_list("mailed_at", flat=True).first(),
    )


def suggested_order(free: int, threshold: int, sold: int) -> int:
    """How many pieces to order: up to twice the threshold once as many as lately are sold again, at least 1.

    `free` is below 0 where pieces are promised that are not there; these are ordered too.
    """
    return max(2 * threshold + sold - free, 1)


def sold_lately(item: int) -> int:
    """How many pieces orders took in the last two weeks, less what was cancelled of them."""
    kinds = (StockMovement.Kind.ALLOCATE, StockMovement.Kind.DEALLOCATE)
    moves = StockMovement.objects.filter(item=item, kind__in=kinds, at__gt=timezone.now() - LATELY)
    return max(moves.aggregate(pieces=Sum("allocated_delta"))["pieces"] or 0, 0)


def acknowledge(alert: StockAlert, *, by: Model) -> None:
    """Note that somebody has seen to it; it stays open until the stock is back. Raises AlreadyAcknowledged."""
    fresh = StockAlert.objects.waiting().filter(pk=alert.pk)
    if not fresh.update(acknowledged_at=timezone.now(), acknowledged_by=by):
        raise AlreadyAcknowledged
    alert.refresh_from_db()


@transaction.atomic
def mail_alerts() -> int:
    """Have the alerts that nobody was told of written to staff, each of them once; returns how many they are."""
    from inventory import tasks

    new = list(StockAlert.objects.to_mail().select_for_update().order_by("pk").values_list("pk", flat=True))
    if new:
        StockAlert.objects.filter(pk__in=new).update(mailed_at=timezone.now())
        for address in settings.STOCK_ALERT_EMAILS:
            tasks.send_alerts.enqueue(address, new)
    return len(new)
