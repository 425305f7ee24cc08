"""Tables that leave the house as files: rooms sign them up, the console and `manage.py export` hand them out.

CSV is UTF-8 with a byte order mark, commas, a point before decimals; XLSX holds the same cells, text as text. Rows are
read and written piece by piece, so that a file of any length takes the same memory.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO

import xlsxwriter
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from config.money import exponent

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Rows of a sheet (https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3), headings included.
MOST_IN_XLSX = 1_048_576
LONGEST_CELL = 32_767
ROWS_AT_ONCE = 2_000
BYTES_AT_ONCE = 64_000
IN_MEMORY = 5_000_000
# What a spreadsheet takes for the beginning of a formula, in ASCII and full width
# (https://owasp.org/www-community/attacks/CSV_Injection).
BEGINS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")

Cell = str | int | Decimal | None
Cells = Sequence[Cell]


class TooLong(Exception):
    """There are more rows than a sheet has; the message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            f"A sheet of XLSX has {MOST_IN_XLSX:,} rows, and this table has more. Take CSV, or fewer days."
        )


@dataclass(frozen=True)
class Export:
    """A table: `rows` makes cells from a queryset, `everything` is all there is, `moment` is the field of its time."""

    name: str
    title: str
    permission: str
    columns: Sequence[str]
    rows: Callable[[QuerySet], Iterable[Cells]]
    everything: Callable[[], QuerySet]
    moment: str = ""

    def between(self, since: datetime | None, until: datetime | None) -> QuerySet:
        """All of it, or what is of these days; `until` is not part of them."""
        found = self.everything()
        if since:
            found = found.filter(**{f"{self.moment}__gte": since})
        return found.filter(**{f"{self.moment}__lt": until}) if until else found


exports: dict[str, Export] = {}


def register(export: Export) -> Export:
    if export.name in exports:
        raise ValueError(f"There is an export {export.name} already.")
    exports[export.name] = export
    return export


def read(queryset: QuerySet) -> Iterator:
    """The rows of a queryset, piece by piece, from a cursor on the server where there is one."""
    return queryset.iterator(chunk_size=ROWS_AT_ONCE)


# --- cells ------------------------------------------------------------------------------------------
def amount(minor: int | None) -> Decimal | None:
    """Minor units as a number of major ones: 1999 is 19.99."""
    return None if minor is None else Decimal(minor).scaleb(-exponent())


def moment(at: datetime | None) -> str:
    """A time as the shop's clock shows it, with its zone: 2026-11-21T15:02:03+01:00."""
    return timezone.localtime(at).isoformat(timespec="seconds") if at else ""


def currency() -> str:
    return settings.CURRENCY.upper()


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: what looks like one stands behind an apostrophe."""
    looks_so = text.startswith(BEGINS_FORMULA) or text.lstrip().startswith(BEGINS_FORMULA)
    return f"'{text}" if looks_so else text


# --- files ------------------------------------------------------------------------------------------
def as_csv(columns: Sequence[str], rows: Iterable[Cells]) -> Iterator[bytes]:
    """The file in pieces of some kilobytes."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
        if buffer.tell() >= BYTES_AT_ONCE:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


def as_xlsx(title: str, columns: Sequence[str], rows: Iterable[Cells], file: IO[bytes]) -> None:
    """Write the file. Text is written as text, so nothing in it is ever a formula or a link. Raises TooLong."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    sheet = book.add_worksheet(title[:31])
    bold = book.add_format({"bold": True})
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(columns):
        sheet.write_string(0, column, name, bold)
    try:
        for place, row in enumerate(rows, start=1):
            if place >= MOST_IN_XLSX:
                raise TooLong
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    if cell:
                        sheet.write_string(place, column, cell[:LONGEST_CELL])
                elif cell is not None:
                    sheet.write_number(place, column, cell)
    finally:
        book.close()


def xlsx_file(export: Export, rows: Iterable[Cells]) -> IO[bytes]:
    """The whole file, on the disk if it is long, ready to be read. Raises TooLong."""
    file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (whoever gets it closes it)
    try:
        as_xlsx(export.title, export.columns, rows, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file
