"""What all tests share."""

import pytest
from django.core.cache import caches
from django.db import connection

LEDGERS = (
    "inventory_stockmovement",
    "orders_orderevent",
    "orders_invoice",
    "payments_paymentevent",
    "payments_storecreditentry",
)


@pytest.fixture(autouse=True)
def _empty_caches():
    """No test sees a page that another one cached; all features are as they are if nobody says otherwise."""
    from config import breaker, pace, toggles  # Django is set up by now
    from shop import flash, kept

    for cache in caches.all():
        cache.clear()
    kept.forget()
    pace.forget()
    toggles.assume({})
    flash.assume(())
    for each in breaker.breakers.values():
        each.assume()


@pytest.fixture(scope="session", autouse=True)
def _switches_stay_known():
    """However long a test takes, what it knows of switches and sales stays known: no budget depends on the clock."""
    from config import breaker, toggles
    from shop import flash

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(toggles, "KNOWN_FOR", float("inf"))
        patch.setattr(breaker, "KNOWN_FOR", float("inf"))
        patch.setattr(flash, "KNOWN_FOR", float("inf"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _ledgers_can_be_flushed():
    """Let the triggers that protect the ledgers go while a transactional test is cleaned up.

    On PostgreSQL the usual TRUNCATE does not ring them; but it writes new files for each of a hundred tables, and to
    delete the few rows of a test is a hundred times quicker. Only a superuser can do that past the triggers.
    """
    operations = type(connection.ops)
    flush = operations.sql_flush

    def flush_by_deleting(self, style, tables, **kwargs):
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('is_superuser')")
            if kwargs.get("reset_sequences") or cursor.fetchone()[0] != "on":
                return flush(self, style, tables, **kwargs)
        deletes = [f"DELETE FROM {self.quote_name(table)}" for table in tables]
        return ["SET LOCAL session_replication_role = replica", *deletes]

    def flush_without_triggers(self, *args, **kwargs):
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
        drops = [f"DROP TRIGGER {name}" for name, _ in triggers]
        return [*drops, *flush(self, *args, **kwargs), *(sql for _, sql in triggers)]

    with pytest.MonkeyPatch.context() as patch:
        quick = flush_without_triggers if connection.vendor == "sqlite" else flush_by_deleting
        patch.setattr(operations, "sql_flush", quick)
        yield


def pytest_collection_modifyitems(items):
    """Run once, on SQLite, what is the same on every database."""
    if connection.vendor == "sqlite":
        return
    for item in items:
        if _is_the_same_everywhere(item):
            item.add_marker(pytest.mark.skip(reason="It is the same on every database, and runs on SQLite."))


def _is_the_same_everywhere(item):
    """What is marked so, what asks no database, and single pages of a room: those of `config` ask all pages anyway."""
    if item.get_closest_marker("any_database") or not _uses_the_database(item):
        return True
    is_page = "client" in item.fixturenames and not item.get_closest_marker("postgres")
    return (
        is_page
        and not _is_transactional(item)
        and item.path.relative_to(item.config.rootpath).parts[0] != "config"
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Prove the books after every test that moved stock or money, before its rows are rolled back or flushed.

    A test answers for the rules of its own room and those under it, as it may not know the rooms above. Tests that
    break the books by hand are marked `broken_books`. On other databases than SQLite, where every test is proven, those
    are whose writes meet others: what one transaction writes by itself is the same on each.
    """
    result = yield
    if _is_to_be_proven(item) and not item.get_closest_marker("broken_books"):
        _prove_the_books(item.path.relative_to(item.config.rootpath).parts[0])
    return result


def _uses_the_database(item):
    doors = {"db", "transactional_db", "live_server"}
    return bool(item.get_closest_marker("django_db") or doors & set(item.fixturenames))


def _is_to_be_proven(item):
    return _uses_the_database(item) if connection.vendor == "sqlite" else _is_transactional(item)


def _is_transactional(item):
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or "transactional_db" in item.fixturenames


def _prove_the_books(room):
    from config import books

    if connection.needs_rollback:
        return  # The test ended in a transaction that is broken: there is nothing to see, and nothing stays.
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + " OR ".join(f"EXISTS (SELECT 1 FROM {table})" for table in LEDGERS))
        if not cursor.fetchone()[0]:
            return
    report = books.verify(None if room == "config" else books.rules_up_to(room))
    if not report.balances:
        sentences = "\n".join(f"{found.code}: {found.sentence}" for found in report.violations)
        pytest.fail(f"The books do not balance after this test:\n{sentences}", pytrace=False)
