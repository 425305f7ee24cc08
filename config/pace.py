"""How often something may begin, exactly, whichever process counts; and whose turn comes when there is a rush.

The generic cell rate algorithm (ITU-T I.371) on one row: every beginning takes the next slot, slots lie 1/rate apart,
and those of one window may be taken at once. Who comes later is told when the own slot is: a place in line that nobody
gets before. One UPSERT each time.
"""

import time

from django.db import connection

from config.models import Pace

SECOND = 1_000_000
"""Times are whole microseconds since 1970."""


def take(name: str, *, rate: float, window: float, longest: float) -> float | None:
    """Take the next slot under `name`, and return when it is (seconds since 1970): now or before means at once.

    `rate` is slots a second, `window` the seconds whose slots may be taken at once. Nobody waits more than `longest`
    seconds: then no slot is taken, and None returned. Call it outside a transaction: a rollback would give the slot
    back, but tell nobody.
    """
    step = int(SECOND / rate)
    slack = max(int(window * SECOND) - step, 0)
    table = connection.ops.quote_name(Pace._meta.db_table)
    said: dict[str, str | int] = {
        "name": name,
        "now": int(time.time() * SECOND),
        "step": step,
        "slack": slack,
        "longest": int(longest * SECOND),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (name, next_at) VALUES (%(name)s, %(now)s + %(step)s) "  # noqa: S608 (its own table)
            f"ON CONFLICT (name) DO UPDATE SET next_at = %(step)s + "
            f"CASE WHEN {table}.next_at > %(now)s THEN {table}.next_at ELSE %(now)s END "
            f"WHERE {table}.next_at - %(slack)s - %(now)s <= %(longest)s RETURNING next_at",
            said,
        )
        row = cursor.fetchone()
    return (row[0] - step - slack) / SECOND if row else None
