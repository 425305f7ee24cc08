"""Append-only tables: the database itself refuses UPDATE and DELETE, on SQLite and on PostgreSQL."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


class ProtectLedger(migrations.RunPython):
    """A migration step that puts the triggers on one table.

    `TRUNCATE` stays possible for the owner of a PostgreSQL database, as tests need it.
    """

    def __init__(self, table: str):
        self.table = table
        super().__init__(self._protect, self._release)

    def deconstruct(self):
        return (self.__class__.__name__, [self.table], {})

    def _protect(self, apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "sqlite":
            for act in ("UPDATE", "DELETE"):
                editor.execute(
                    f"CREATE TRIGGER {self.table}_no_{act.lower()} BEFORE {act} ON {self.table} "
                    f"BEGIN SELECT RAISE(ABORT, '{self.table} is append-only'); END"
                )
            return
        editor.execute(
            "CREATE OR REPLACE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME "
            "USING ERRCODE = 'integrity_constraint_violation'; END $$",
            params=None,
        )
        editor.execute(
            f"CREATE TRIGGER {self.table}_append_only BEFORE UPDATE OR DELETE ON {self.table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change()"
        )

    def _release(self, apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "sqlite":
            for act in ("update", "delete"):
                editor.execute(f"DROP TRIGGER {self.table}_no_{act}")
        else:
            editor.execute(f"DROP TRIGGER {self.table}_append_only ON {self.table}")
