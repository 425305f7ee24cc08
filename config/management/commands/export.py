"""`manage.py export`"""

import os
import sys
import tempfile
from argparse import ArgumentTypeError
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from config import exports
from config.console.trail import audit
from config.period import midnight

EVERY = 10_000


def a_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no date such as 2026-11-21") from None


class Command(BaseCommand):
    help = (
        "Write orders, order-lines, payments, stock, movements, customers, returns, return-lines or return-rates into "
        "a CSV or XLSX file, amounts in whole units of the currency, times the shop's with their zone. A CSV without "
        "--output goes to the standard output. The file takes its name only when it is complete. Leaves an audit "
        "entry; safe to run twice, also at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=sorted(exports.exports))
        parser.add_argument("--format", choices=sorted(exports.FORMATS), default="csv")
        parser.add_argument("--since", type=a_day, metavar="DAY", help="first day, such as 2026-11-01")
        parser.add_argument("--until", type=a_day, metavar="DAY", help="last day, included")
        parser.add_argument("--output", type=Path, metavar="FILE", help="where to; needed for XLSX")

    def handle(self, *, what: str, format: str, output: Path | None, **options: Any) -> None:
        export = exports.exports[what]
        since, until = options["since"], options["until"]
        if (since or until) and not export.moment:
            raise CommandError(
                f"{export.title}: this table is of now, it has no days. Leave out --since and --until."
            )
        if since and until and since > until:
            raise CommandError("--until must not be before --since.")
        if format == "xlsx" and output is None:
            raise CommandError("XLSX needs a file: --output FILE.xlsx")
        try:
            start = midnight(since) if since else None
            end = midnight(until + timedelta(days=1)) if until else None
        except OverflowError as error:
            raise CommandError("Name days of this era.") from error
        audit(None, "export", export.title, after={"format": format, "since": since, "until": until})
        with _patiently():
            rows = self._told(export.rows(export.between(start, end)))
            if output is None:
                self._write(export, rows, format, sys.stdout.buffer)
            else:
                self._write_file(export, rows, format, output)

    def _write(
        self, export: exports.Export, rows: Iterable[exports.Cells], format: str, file: IO[bytes]
    ) -> None:
        if format == "xlsx":
            exports.as_xlsx(export.title, export.columns, rows, file)
        else:
            for piece in exports.as_csv(export.columns, rows):
                file.write(piece)

    def _write_file(
        self, export: exports.Export, rows: Iterable[exports.Cells], format: str, output: Path
    ) -> None:
        try:
            handle, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
        except OSError as error:
            raise CommandError(f"{output.parent}: {error.strerror}.") from error
        try:
            with os.fdopen(handle, "wb") as file:
                self._write(export, rows, format, file)
            os.replace(name, output)
        except (OSError, exports.TooLong) as error:
            raise CommandError(str(error)) from error
        finally:
            Path(name).unlink(missing_ok=True)

    def _told(self, rows: Iterable[exports.Cells]) -> Iterator[exports.Cells]:
        """The same rows; how many there were is said beside them."""
        count = 0
        for count, row in enumerate(rows, start=1):
            if count % EVERY == 0 and self.stderr.isatty():
                self.stderr.write(f"  {count:,} rows", ending="\r")
            yield row
        self.stderr.write(f"{count:,} rows")


@contextmanager
def _patiently() -> Iterator[None]:
    """On PostgreSQL one transaction, so that rows are handed out as they are read, for as long as that takes."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        yield
