from typing import ClassVar

from django.db import migrations

from config.ledger import ProtectLedger


class Migration(migrations.Migration):
    """The database refuses to change or delete what was written into the timeline of returns."""

    dependencies: ClassVar = [("returns", "0001_initial")]
    operations: ClassVar = [ProtectLedger("returns_returnevent")]
