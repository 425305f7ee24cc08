"""The proof of the books: every room signs up its rules, and one snapshot of the database is held against them all.

A rule is a query that selects what contradicts it, so it finds nothing while the books are right. It is SQL that reads
tables only and shares no line with the services that it checks. Both databases understand the same text, save for the
words in `_DIALECTS`.
"""

import string
import textwrap
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.utils import timezone

from config.money import format_money

ROOMS = ("config", "accounts", "inventory", "shop", "orders", "payments", "returns")
"""From the ground up; a room's rules may look at its own tables and at those of the rooms before it."""

_DIALECTS = {
    "sqlite": {"JSON_ROWS": "json_each"},
    "postgresql": {"JSON_ROWS": "jsonb_array_elements"},
}
_LONGEST = timedelta(minutes=5)

MOST = 1_000
"""Contradictions of one rule that are read; what is broken everywhere is told in time and within memory."""


@dataclass(frozen=True)
class Rule:
    """One thing that always holds. `code` is "room.word" and never changes; `finds` words each row of `sql`."""

    code: str
    says: str
    finds: str
    sql: str

    @property
    def room(self) -> str:
        return self.code.split(".")[0]


@dataclass(frozen=True)
class Violation:
    """One contradiction: a sentence for people, and the figures it was read from."""

    code: str
    sentence: str
    row: dict[str, object]


@dataclass(frozen=True)
class Report:
    """What a proof found; without violations the books balance. The codes in `cut_short` have more than are told."""

    checked_at: datetime
    rules: list[Rule]
    violations: list[Violation]
    cut_short: list[str]
    seconds: float

    @property
    def balances(self) -> bool:
        return not self.violations


_rules: dict[str, Rule] = {}


def rule(code: str, *, says: str, finds: str, sql: str | Mapping[str, str]) -> None:
    """Sign up a rule; called while a room's `books` module is imported.

    `sql` may be given per database vendor. It can name `%(now)s`, `%(two_minutes_ago)s` and `%(five_minutes_ago)s`.
    `finds` is filled with the columns of each row; `{total:money}` shows minor units as money.
    """
    if code in _rules:
        raise ValueError(f"There is a rule {code} already.")
    text = sql if isinstance(sql, str) else sql[connection.vendor]
    for word, native in _DIALECTS[connection.vendor].items():
        text = text.replace(word, native)
    _rules[code] = Rule(code, says, finds, textwrap.dedent(text).strip())


def ledger(code: str, table: str) -> None:
    """Sign up the rule that a table is append-only: the database itself refuses UPDATE and DELETE."""
    rule(
        code,
        says=f"The database refuses to change or delete rows of {table}.",
        finds="Nothing stops an {act} of {ledger}: its trigger is gone or switched off.",
        sql={vendor: text.replace("LEDGER", table) for vendor, text in _UNGUARDED.items()},
    )


_UNGUARDED = {
    "sqlite": """
        SELECT 'LEDGER' AS ledger, acts.act
        FROM (SELECT 'UPDATE' AS act UNION ALL SELECT 'DELETE') AS acts
        WHERE NOT EXISTS (
            SELECT 1 FROM sqlite_master
            WHERE type = 'trigger' AND tbl_name = 'LEDGER'
              AND instr(sql, 'BEFORE ' || acts.act) > 0 AND instr(sql, 'RAISE(ABORT') > 0
        )
    """,
    # Bit 1 is FOR EACH ROW, 2 BEFORE, 8 DELETE, 16 UPDATE (src/include/catalog/pg_trigger.h); O and A mean enabled.
    "postgresql": """
        SELECT 'LEDGER' AS ledger, acts.act
        FROM (VALUES ('UPDATE', 19), ('DELETE', 11)) AS acts (act, bits)
        WHERE NOT EXISTS (
            SELECT 1 FROM pg_trigger JOIN pg_proc ON pg_proc.oid = pg_trigger.tgfoid
            WHERE tgrelid = to_regclass('LEDGER') AND proname = 'refuse_ledger_change'
              AND tgenabled IN ('O', 'A') AND tgtype & acts.bits = acts.bits
        )
    """,
}


def all_rules() -> list[Rule]:
    """Every rule, in the order of the rooms."""
    return sorted(_rules.values(), key=lambda rule: ROOMS.index(rule.room))


def rules_up_to(room: str) -> list[Rule]:
    """The rules of one room and of all those under it."""
    return [rule for rule in all_rules() if ROOMS.index(rule.room) <= ROOMS.index(room)]


def verify(rules: Iterable[Rule] | None = None) -> Report:
    """Hold one snapshot of the database against the rules, or against those given, and report what contradicts them.

    Writes nothing and blocks no writer. Inside a transaction it sees what that transaction sees. Of each rule no more
    than the first MOST contradictions are read.
    """
    chosen = all_rules() if rules is None else list(rules)
    now, started = timezone.now(), time.monotonic()
    violations, cut_short = [], []
    with _snapshot():
        for rule in chosen:
            found = _violations(rule, now)
            violations += found[:MOST]
            cut_short += [rule.code] if len(found) > MOST else []
    return Report(now, chosen, violations, cut_short, time.monotonic() - started)


@contextmanager
def _snapshot() -> Iterator[None]:
    """Let all reads inside see one moment, on a connection that cannot write.

    On PostgreSQL that is a REPEATABLE READ READ ONLY transaction. On SQLite it is a deferred one, which in WAL mode is
    a snapshot that locks nobody out; `atomic` would begin an IMMEDIATE one and stop every writer. Within a transaction
    that is open already, its own view must do.
    """
    if connection.in_atomic_block or not connection.get_autocommit():
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            _run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            _run(f"SET LOCAL statement_timeout = {int(_LONGEST.total_seconds() * 1000)}")
            # Compiling most of these queries takes longer than they do; whole ledgers are sorted and joined in memory.
            _run("SET LOCAL jit = off")
            _run("SET LOCAL work_mem = '32MB'")
            yield
    else:
        _run("BEGIN DEFERRED")
        try:
            _run("PRAGMA query_only = ON")
            yield
        finally:
            _run("PRAGMA query_only = OFF")
            _run("ROLLBACK")


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _violations(rule: Rule, now: datetime) -> list[Violation]:
    """The first contradictions of a rule: one more than MOST if there are more."""
    moments = {
        "now": now,
        "two_minutes_ago": now - timedelta(minutes=2),
        "five_minutes_ago": now - timedelta(minutes=5),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            _first(rule.sql, MOST + 1),
            {name: connection.ops.adapt_datetimefield_value(at) for name, at in moments.items()},
        )
        names = [column[0] for column in cursor.description]
        rows = [
            {name: _plain(value) for name, value in zip(names, values, strict=True)}
            for values in cursor.fetchmany(MOST + 1)
        ]
    return [Violation(rule.code, _Sentence().vformat(rule.finds, (), row), row) for row in rows]


def _first(sql: str, count: int) -> str:
    """Let PostgreSQL send no more rows than that; from SQLite they come one by one anyway.

    A plain LIMIT would have it plan for a quick first row, though there is none in a shop whose books balance. Within
    WITH … MATERIALIZED it plans for the whole answer.
    """
    if connection.vendor == "sqlite":
        return sql
    return f"WITH found AS MATERIALIZED (\n{sql}\n) SELECT * FROM found LIMIT {count}"  # noqa: S608 (rules are ours)


def _plain(value: object) -> object:
    """Make rows look the same on both databases: PostgreSQL adds up to a Decimal, and only it has a type for time."""
    if isinstance(value, Decimal):
        return int(value)
    return str(value) if isinstance(value, datetime) else value


class _Sentence(string.Formatter):
    """str.format that knows the word `money`."""

    def format_field(self, value: object, format_spec: str) -> str:
        if format_spec == "money":
            return format_money(value or 0)  # type: ignore[arg-type]
        return super().format_field(value, format_spec)
