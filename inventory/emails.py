"""What this room writes to staff."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from config import languages, mail
from inventory.models import StockAlert

# Rows of one mail; the console has the others.
MOST_TOLD = 50


def send_alerts(address: str, alerts: Sequence[int]) -> None:
    """Tell one member of staff of these alerts (primary keys), an item once, by the gravest of its alerts."""
    rows = StockAlert.objects.filter(pk__in=alerts).select_related("item").order_by("item__sku")
    with languages.spoken(settings.LANGUAGE_CODE):
        context = words_of_alerts(list(rows))
        key = f"stock-alerts-{min(alerts)}-{max(alerts)}-{address}"
        mail.send("inventory/email/stock_alerts", address, context, key=key)


def words_of_alerts(alerts: Sequence[StockAlert]) -> dict[str, object]:
    """The words of the mail, the gravest first."""
    gravest: dict[int, StockAlert] = {}
    for alert in sorted(alerts, key=_gravity):
        gravest.setdefault(alert.item_id, alert)
    told = list(gravest.values())
    return {
        "alerts": told[:MOST_TOLD],
        "count": len(told),
        "more": len(told[MOST_TOLD:]),
        "url": f"{settings.PUBLIC_BASE_URL}{reverse('admin:inventory_stockalert_changelist')}?alert=waiting",
    }


def _gravity(alert: StockAlert) -> int:
    return [StockAlert.Kind.DEFICIT, StockAlert.Kind.OUT, StockAlert.Kind.LOW].index(
        StockAlert.Kind(alert.kind)
    )
