"""A copy of the whole database to try things out on: what is done inside never reaches the live rows.

SQLite is copied into a file of its own, PostgreSQL into a schema of its own (rows, keys and checks of every table, no
triggers and no foreign keys). The copy is worked on by a connection of its own that cannot see the live tables; this
thread's `connection` is that one until the block ends, and then the copy is thrown away.
"""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import load_backend

PREFIX = "scratch_"
# Rows of these are nobody's business, and many.
LEFT_EMPTY = {"django_session", "django_tasks_database_dbtaskresult"}


@contextmanager
def on_a_copy() -> Iterator[None]:
    """Let this thread work on a copy of the database as it is now; other threads go on with the live one.

    On PostgreSQL the copy is of what is committed. Needs as much space as the database takes.
    """
    live = connections[DEFAULT_DB_ALIAS]
    make = _copy_of_sqlite if live.vendor == "sqlite" else _copy_of_postgresql
    with make(live) as copy:
        connections[DEFAULT_DB_ALIAS] = copy
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = live
            copy.close()


def _wrapper(live: BaseDatabaseWrapper, **changes: object) -> BaseDatabaseWrapper:
    settings: dict[str, Any] = {**deepcopy(live.settings_dict), **changes}
    settings["OPTIONS"].pop("pool", None)
    settings["CONN_MAX_AGE"] = None
    return load_backend(settings["ENGINE"]).DatabaseWrapper(settings, DEFAULT_DB_ALIAS)


# --- SQLite -----------------------------------------------------------------------------------------
@contextmanager
def _copy_of_sqlite(live: BaseDatabaseWrapper) -> Iterator[BaseDatabaseWrapper]:
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        copy = _wrapper(live, NAME=str(Path(folder, "copy.sqlite3")))
        live.ensure_connection()
        copy.ensure_connection()
        live.connection.backup(copy.connection)
        yield copy


# --- PostgreSQL -------------------------------------------------------------------------------------
@contextmanager
def _copy_of_postgresql(live: BaseDatabaseWrapper) -> Iterator[BaseDatabaseWrapper]:
    schema = f"{PREFIX}{secrets.token_hex(6)}"
    options = deepcopy(live.settings_dict["OPTIONS"])
    options["options"] = (
        f"{options.get('options', '')} -c search_path={schema} -c statement_timeout=0".strip()
    )
    copy = _wrapper(live, OPTIONS=options)
    keeper = _wrapper(live)
    try:
        _clean_up(keeper)
        # Whoever holds this lock still needs the schema; a process that is killed lets go of it.
        _run(keeper, "SELECT pg_advisory_lock(hashtext(%s))", schema)
        _fill(keeper, schema)
        [(current,)] = _run(copy, "SELECT current_schema()")
        if current != schema:
            raise RuntimeError("The database does not let a connection choose its schema: nothing was tried.")
        yield copy
    finally:
        copy.close()
        _run(keeper, f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        keeper.close()


def _fill(keeper: BaseDatabaseWrapper, schema: str) -> None:
    """Copy every table of the live schema, all as they were at one moment."""
    with keeper.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute(f"CREATE SCHEMA {schema}")
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
            for (table,) in cursor.fetchall():
                _copy_table(cursor, table, schema)
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise


def _copy_table(cursor: Any, table: str, schema: str) -> None:
    cursor.execute(f'CREATE TABLE {schema}."{table}" (LIKE "{table}" INCLUDING ALL)')
    if table in LEFT_EMPTY:
        return
    cursor.execute(
        "SELECT attname, attidentity FROM pg_attribute WHERE attrelid = to_regclass(%s) "
        "AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
        [f'"{table}"'],
    )
    columns = cursor.fetchall()
    names = ", ".join(f'"{name}"' for name, _ in columns)
    # Names of the database's own tables and columns, and of a schema that was made up here.
    cursor.execute(f'INSERT INTO {schema}."{table}" ({names}) SELECT {names} FROM "{table}"')  # noqa: S608 (see above)
    for name, identity in columns:
        if identity:
            last = f'SELECT COALESCE(MAX("{name}"), 1) FROM {schema}."{table}"'  # noqa: S608 (see above)
            sequence = [f'{schema}."{table}"', name]
            cursor.execute(f"SELECT setval(pg_get_serial_sequence(%s, %s), ({last}))", sequence)


def _clean_up(keeper: BaseDatabaseWrapper) -> None:
    """Drop what processes that were killed have left behind."""
    for (schema,) in _run(keeper, "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s)", PREFIX):
        [(is_left,)] = _run(keeper, "SELECT pg_try_advisory_lock(hashtext(%s))", schema)
        if is_left:
            _run(keeper, f"DROP SCHEMA IF EXISTS {schema} CASCADE")
            _run(keeper, "SELECT pg_advisory_unlock(hashtext(%s))", schema)


def _run(wrapper: BaseDatabaseWrapper, sql: str, *values: str) -> list[tuple]:
    with wrapper.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else []
