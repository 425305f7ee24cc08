"""This room's mails as the console shows them, about stock that nobody has."""

from config.mail_samples import register
from inventory import emails
from inventory.models import StockAlert, StockItem

SAMPLES = [
    ("CUP-BLUE", "Sample cup, blue", StockAlert.Kind.DEFICIT, -3, 3),
    ("CUP-RED", "Sample cup, red", StockAlert.Kind.OUT, 0, 0),
    ("LAMP-1", "Sample lamp", StockAlert.Kind.LOW, 12, 0),
]


def sign_up() -> None:
    register("inventory/email/stock_alerts", "Stock is low, out or short, to staff", _alerts)


def _alerts() -> dict[str, object]:
    return emails.words_of_alerts(
        [
            StockAlert(
                item=StockItem(pk=number, sku=sku, label=label),
                kind=kind,
                free=free,
                threshold=15,
                missing=missing,
                suggested=30 - free,
            )
            for number, (sku, label, kind, free, missing) in enumerate(SAMPLES, start=1)
        ]
    )
