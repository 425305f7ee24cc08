"""What slips in parcels have in common: the shop's head with a code to scan, who and what, and rows of pieces."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from reportlab.lib.units import mm

from orders.models import OrderLine
from orders.papers.drawing import (
    BRAND,
    INK,
    LARGE,
    LEADING,
    LEFT,
    RIGHT,
    SMALL,
    SOFT,
    TEXT,
    TITLE,
    TOP,
    band,
    barcode,
    rule,
    text,
    wrap,
)
from orders.papers.layout import Head, Sheet
from orders.services.invoice_content import seller

PIECES, ITEM = LEFT + 12 * mm, LEFT + 18 * mm
CODE_WIDTH = 58 * mm
ITEM_WIDTH = RIGHT - CODE_WIDTH - 6 * mm - ITEM
HALF = (RIGHT - LEFT) / 2 - 6 * mm


@dataclass(frozen=True)
class Row:
    """One thing in the parcel; `code` is what a reader finds on it."""

    pieces: int
    name: str
    sku: str
    code: str


def name_of(line: OrderLine) -> str:
    return f"{line.name}, {line.label}" if line.label else line.name


def begin(title: str, number: str, heading: str) -> Sheet:
    """A sheet with the shop on the left, and what this is on the right, its number as a barcode."""
    shop = seller()
    about = " · ".join(filter(None, [settings.SHOP_LEGAL_NAME, *settings.SHOP_ADDRESS, settings.SHOP_EMAIL]))
    sheet = Sheet(Head(settings.SHOP_NAME, heading, about, _("Page %(page)s of %(pages)s")))
    sheet.y = TOP - LARGE
    sheet.paragraph(LEFT, [settings.SHOP_NAME], width=HALF, face=sheet.bold, size=13, color=BRAND)
    sheet.paragraph(LEFT, list(shop["lines"])[:5], width=HALF, size=SMALL + 0.5, color=SOFT)  # type: ignore[call-overload]
    sheet.add(
        text(RIGHT, TOP - TITLE, title, size=TITLE, face=sheet.bold, color=INK, right=True),
        barcode(RIGHT, TOP - TITLE - 17 * mm, number, width=64 * mm, height=11 * mm, right=True),
        text(RIGHT, TOP - TITLE - 21 * mm, number, size=LARGE, color=SOFT, right=True),
    )
    sheet.y = TOP - 40 * mm
    return sheet


def address_and_facts(
    sheet: Sheet, label: str, address: Sequence[str], facts: Sequence[tuple[str, str]], *, size: float = LARGE
) -> None:
    """An address on the left, and beside it what there is to know."""
    top = sheet.y
    sheet.add(text(LEFT, top, label, size=SMALL, color=SOFT))
    sheet.y -= 13
    sheet.paragraph(LEFT, address, width=HALF, size=size)
    below, sheet.y = sheet.y, top
    for name, value in facts:
        sheet.add(text(RIGHT - HALF, sheet.y, name, color=SOFT))
        sheet.paragraph(RIGHT - HALF + 34 * mm, [value], width=HALF - 34 * mm)
        sheet.y -= 2.5
    sheet.y = min(below, sheet.y) - 8 * mm


def table(sheet: Sheet, rows: Sequence[Row]) -> None:
    """The pieces, one thing below the other, each with its code to scan."""
    _columns(sheet)
    for row in rows:
        _row(sheet, row)


def notes(sheet: Sheet, paragraphs: Sequence[str]) -> None:
    """What else is to be said, below the rows."""
    for note in paragraphs:
        lines = wrap(note, sheet.regular, TEXT, RIGHT - LEFT)
        sheet.needs(len(lines) * TEXT * LEADING)
        sheet.paragraph(LEFT, [note], width=RIGHT - LEFT)
        sheet.y -= 3


def _columns(sheet: Sheet) -> None:
    sheet.add(band(sheet.y - 2.2 * mm, 6.6 * mm))
    for x, words, right in ((PIECES, _("Pieces"), True), (ITEM, _("Item"), False), (RIGHT, "SKU", True)):
        sheet.add(text(x, sheet.y, words, size=SMALL + 0.5, face=sheet.bold, color=BRAND, right=right))
    sheet.y -= 9 * mm


def _row(sheet: Sheet, row: Row) -> None:
    name = wrap(row.name, sheet.regular, TEXT + 1, ITEM_WIDTH)[:5]
    height = max(len(name) * (TEXT + 1) * LEADING, 13 * mm) + 2.5 * mm
    if sheet.needs(height):
        _columns(sheet)
    top = sheet.y
    sheet.add(
        text(PIECES, top, str(row.pieces), size=LARGE + 1, face=sheet.bold, right=True),
        barcode(RIGHT, top - 5.5 * mm, row.code, width=CODE_WIDTH, height=8 * mm, right=True),
        text(RIGHT, top - 9 * mm, _codes(row), size=SMALL, color=SOFT, right=True),
    )
    for line in name:
        sheet.add(text(ITEM, sheet.y, line, size=TEXT + 1))
        sheet.y -= (TEXT + 1) * LEADING
    sheet.y = top - height
    sheet.add(rule(sheet.y + 4 * mm))


def _codes(row: Row) -> str:
    return row.sku if row.code == row.sku else f"{row.sku} · {row.code}"
