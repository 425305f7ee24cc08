from typing import ClassVar

from django.db import migrations

from config.ledger import ProtectLedger


class Migration(migrations.Migration):
    """The database refuses to change or delete an invoice."""

    dependencies: ClassVar = [("orders", "0003_invoices")]
    operations: ClassVar = [ProtectLedger("orders_invoice")]
