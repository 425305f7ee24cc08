"""The ledgers refuse to be changed, by any program that reaches the database."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditEntry


@pytest.mark.django_db
@pytest.mark.parametrize(
    "table",
    [
        "inventory_stockmovement",
        "payments_paymentevent",
        "payments_storecreditentry",
        "accounts_auditentry",
        "orders_orderevent",
    ],
)
def test_every_ledger_table_has_its_trigger(table):
    catalogue = (
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s"
        if connection.vendor == "sqlite"
        else "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalogue, [table])

        assert cursor.fetchone()[0] >= 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql", ["UPDATE accounts_auditentry SET act = 'other'", "DELETE FROM accounts_auditentry"]
)
def test_a_ledger_row_can_be_neither_changed_nor_deleted(sql):
    AuditEntry.objects.create(act="receive", subject="MUG-1")

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)

    assert AuditEntry.objects.get().act == "receive"
