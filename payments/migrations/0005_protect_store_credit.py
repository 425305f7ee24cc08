from typing import ClassVar

from django.db import migrations

from config.ledger import ProtectLedger


class Migration(migrations.Migration):
    """The database refuses to change or delete what was written into the ledger of store credit."""

    dependencies: ClassVar = [("payments", "0004_store_credit")]
    operations: ClassVar = [ProtectLedger("payments_storecreditentry")]
