"""Stock alerts in the console: what is low, out or short, how many to order, and one button that says "seen"."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import pluralize
from django.urls import reverse

from config import console
from inventory import services as inventory
from inventory.admin.backorders import waits_panel
from inventory.admin.items import figures_panel, levels_of_item
from inventory.admin.shelf_panels import movement_panel, movement_rows, promise_panel
from inventory.models import StockAlert, StockMovement

MOST_CHOSEN = 500
TONES = {StockAlert.Kind.LOW: "warn", StockAlert.Kind.OUT: "bad", StockAlert.Kind.DEFICIT: "bad"}


class AlertFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "alert"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "to acknowledge"), ("open", "open"), ("over", "over")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "waiting":
            return queryset.filter(closed_at=None, acknowledged_at=None)
        if self.value() == "over":
            return queryset.filter(closed_at__isnull=False)
        return queryset.filter(closed_at=None) if self.value() == "open" else queryset


@admin.register(StockAlert)
class StockAlertDesk(console.ReadOnlyDesk):
    """What staff should know of the stock. Alerts open and close by themselves; a button says that one was seen."""

    list_display = ("what", "word", "opened_at", "free", "order", "state")
    list_display_links = ("what",)
    list_select_related = ("item", "acknowledged_by")
    list_filter = (AlertFilter, "kind", ("opened_at", admin.DateFieldListFilter))
    search_fields = ("item__sku", "item__label", "item__barcode__exact")
    fields = (
        ("item_link", "word", "state"),
        ("opened_at", "mailed_at", "closed_at"),
        ("free", "threshold", "missing"),
        "order_words",
        ("acknowledged_at", "acknowledged_by"),
    )

    @admin.display(description="item", ordering="item__sku")
    def what(self, alert: StockAlert) -> str:
        return str(alert.item)

    @admin.display(description="item")
    def item_link(self, alert: StockAlert) -> str:
        return console.change_link(alert.item)

    @admin.display(description="alert", ordering="kind")
    def word(self, alert: StockAlert) -> str:
        words = f"deficit of {alert.missing}" if alert.missing else alert.get_kind_display()
        return console.badge(words, TONES[StockAlert.Kind(alert.kind)])

    @admin.display(description="order", ordering="suggested")
    def order(self, alert: StockAlert) -> int:
        return alert.suggested

    @admin.display(description="suggested order")
    def order_words(self, alert: StockAlert) -> str:
        return (
            f"{alert.suggested}: twice the threshold of {alert.threshold}, and the {alert.sold} that were sold in the "
            f"14 days before, less the {alert.free} that were free."
        ).replace("-", "−")

    @admin.display(description="state")
    def state(self, alert: StockAlert) -> str:
        if alert.closed_at:
            return console.badge("over", "good")
        return console.badge("acknowledged") if alert.acknowledged_at else console.badge("new", "warn")


@console.sign_up_act(StockAlert)
class Acknowledge(console.Act):
    """Say that somebody has seen to it."""

    name = "acknowledge"
    label = "Acknowledge"
    is_next_step = True
    permission = "inventory.acknowledge_stockalert"
    refusals = {inventory.AlreadyAcknowledged: messages.INFO}

    def why_not(self, row: StockAlert) -> str:
        if row.closed_at:
            return "It is over."
        return "Somebody has acknowledged it." if row.acknowledged_at else ""

    def tell(self, row: StockAlert) -> str:
        return (
            "Takes the alert off the list of what needs doing. It stays open, and closes by itself when the stock is "
            "back above the line; if it falls below once more, that is a new alert."
        )

    def do(self, request: HttpRequest, row: StockAlert, given: Mapping[str, Any]) -> str:
        _acknowledge(request, row)
        return f"{row} is acknowledged."


@console.sign_up_action(StockAlert, label="Acknowledge", permission=Acknowledge.permission)
def acknowledge(request: HttpRequest, rows: QuerySet[StockAlert]) -> None:
    """All that were chosen and that nobody acknowledged yet, each by itself."""
    chosen = list(rows.select_related("item")[: MOST_CHOSEN + 1])
    if len(chosen) > MOST_CHOSEN:
        messages.error(request, f"At most {MOST_CHOSEN} at once. Choose fewer.")
        return
    done = sum(_acknowledge_if_new(request, alert) for alert in chosen)
    left = len(chosen) - done
    words = f"{done} stock alert{pluralize(done)} acknowledged."
    if left:
        words += f" {left} {pluralize(left, 'was,were')} acknowledged before, or over."
    messages.add_message(request, messages.SUCCESS if done else messages.INFO, words)


def _acknowledge_if_new(request: HttpRequest, alert: StockAlert) -> bool:
    try:
        _acknowledge(request, alert)
    except inventory.AlreadyAcknowledged:
        return False
    return True


@transaction.atomic
def _acknowledge(request: HttpRequest, alert: StockAlert) -> None:
    """By the service, with an entry in the trail; raises AlreadyAcknowledged."""
    inventory.acknowledge(alert, by=console.actor(request))
    console.audit(
        request.user,
        "acknowledge stock alert",
        f"stock item {alert.item.sku}",
        after={"alert": alert.kind},
    )


@console.panel(StockAlert, permission="inventory.view_stocklevel")
def figures_of_alert(alert: StockAlert) -> console.Panel | None:
    return figures_panel(alert.item)


@console.panel(StockAlert, permission="inventory.view_stocklevel")
def waits_of_alert(alert: StockAlert) -> console.Panel | None:
    return waits_panel(alert.item)


@console.panel(StockAlert, permission="inventory.view_stocklevel")
def levels_of_alert(alert: StockAlert) -> console.Panel | None:
    return levels_of_item(alert.item)


@console.panel(StockAlert, permission="inventory.view_stocklevel")
def promises_of_alert(alert: StockAlert) -> console.Panel | None:
    return promise_panel(Q(item=alert.item_id))


@console.panel(StockAlert, permission="inventory.view_stockmovement")
def movements_of_alert(alert: StockAlert) -> console.Panel:
    address = reverse("admin:inventory_stockmovement_changelist") + f"?item__id__exact={alert.item_id}"
    rows = movement_rows(StockMovement.objects.filter(item=alert.item_id), with_location=True)
    return movement_panel(rows, address, with_location=True)


console.todo(
    "stock alerts to acknowledge",
    StockAlert.objects.waiting,
    one="stock alert to acknowledge",
    at="admin:inventory_stockalert_changelist",
    query="alert=waiting",
    permission="inventory.view_stockalert",
)
