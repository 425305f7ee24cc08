"""Invoices on A4: laid out first, so that every page can say how many there are, then drawn.

The same documents always make the same bytes: no moment and no chance is written into the file. Texts are drawn as they
are, so nothing in a name is taken for markup.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import IO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from orders.invoices import fonts
from orders.invoices.document import Document, Sum
from orders.papers.drawing import (
    BOTTOM,
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
    Draw,
    band,
    rule,
    text,
    wrap,
)

# Where the columns of the lines begin or, for figures, end.
NUMBER, ITEM, PIECES, PRICE, TAX = LEFT, LEFT + 9 * mm, RIGHT - 70 * mm, RIGHT - 43 * mm, RIGHT - 27 * mm
ITEM_WIDTH = PIECES - ITEM - 14 * mm
SUMS = RIGHT - 75 * mm


def write(documents: Iterable[Document], file: IO[bytes], *, title: str = "") -> None:
    """Write a PDF of these documents, one after the other, each with its own count of pages; there is at least one."""
    waiting = iter(documents)
    first = next(waiting)
    canvas = Canvas(file, pagesize=A4, invariant=1, pageCompression=1, lang=first.language)
    canvas.setTitle(title or first.heading)
    canvas.setAuthor(first.seller_name)
    canvas.setSubject(title or first.title)
    canvas.setCreator(first.seller_name)
    canvas.setViewerPreference("DisplayDocTitle", "true")
    for document in chain([first], waiting):
        _draw(canvas, document)
    canvas.save()


def _draw(canvas: Canvas, document: Document) -> None:
    pages = Layout(document).pages
    for number, page in enumerate(pages, start=1):
        if number == 1:
            canvas.bookmarkPage(document.number)
            canvas.addOutlineEntry(fonts.regular().plain(document.heading), document.number)
        for draw in page:
            draw(canvas)
        _foot(document, number, len(pages))(canvas)
        canvas.showPage()


def _foot(document: Document, page: int, pages: int) -> Draw:
    """Who sells, and which page this is of how many."""
    regular = fonts.regular()
    words = document.page_words % {"page": page, "pages": pages}
    room = RIGHT - LEFT - regular.width(regular.plain(words), SMALL) - 8 * mm
    about = " · ".join([document.seller_name, *document.seller, *document.seller_legal])
    lines = wrap(about, regular, SMALL, room)[:3]
    draws = [
        rule(BOTTOM - 8 * mm),
        text(RIGHT, BOTTOM - 12.5 * mm, words, size=SMALL, color=SOFT, right=True),
    ]
    for place, line in enumerate(lines):
        draws.append(text(LEFT, BOTTOM - 12.5 * mm - place * SMALL * LEADING, line, size=SMALL, color=SOFT))

    def draw(canvas: Canvas) -> None:
        for each in draws:
            each(canvas)

    return draw


# --- the layout -----------------------------------------------------------------------------------------
class Layout:
    """The pages of one document, each a list of what is to be drawn on it; `y` is where the next thing begins."""

    def __init__(self, document: Document):
        self.document = document
        self.pages: list[list[Draw]] = []
        self.regular, self.bold = fonts.regular(), fonts.bold()
        self._first_page()
        self._lines()
        self._sums()
        self._notes()

    def _add(self, *draws: Draw) -> None:
        self.pages[-1].extend(draws)

    def _paragraph(self, x: float, y: float, lines: Sequence[str], *, width: float, **style) -> float:
        """Write lines of text below each other, each broken where it must be; returns where the next one begins."""
        face, size = style.get("face") or self.regular, style.get("size", TEXT)
        for line in lines:
            for part in wrap(line, face, size, width):
                self._add(text(x, y, part, **style))
                y -= size * LEADING
        return y

    # --- heads ----------------------------------------------------------------------------------
    def _first_page(self) -> None:
        self.pages.append([])
        document, half = self.document, (RIGHT - LEFT) / 2 - 6 * mm
        y = self._paragraph(
            LEFT, TOP - LARGE, [document.seller_name], width=half, face=self.bold, size=13, color=BRAND
        )
        self._paragraph(LEFT, y, document.seller[:5], width=half, size=SMALL + 0.5, color=SOFT)
        self._add(
            text(RIGHT, TOP - TITLE, document.title, size=TITLE, face=self.bold, color=INK, right=True),
            text(RIGHT, TOP - TITLE - 15, document.number, size=LARGE, color=SOFT, right=True),
        )
        y = TOP - 38 * mm
        self._add(text(LEFT, y, document.buyer_label, size=SMALL, color=SOFT))
        ends = [self._paragraph(LEFT, y - 13, document.buyer, width=half, size=TEXT + 0.5)]
        ends.append(self._facts(y))
        if document.delivery and document.delivery != document.buyer:
            below = ends[0] - 8
            self._add(text(LEFT, below, document.delivery_label, size=SMALL, color=SOFT))
            ends[0] = self._paragraph(LEFT, below - 12, document.delivery, width=half, size=SMALL + 0.5)
        self.y = min(*ends, y - 34 * mm) - 5 * mm
        if document.reason:
            self.y = (
                self._paragraph(LEFT, self.y, [document.reason], width=RIGHT - LEFT, size=TEXT + 0.5) - 3 * mm
            )

    def _facts(self, y: float) -> float:
        """Number, dates and the like, in two columns on the right."""
        x, value_width = LEFT + (RIGHT - LEFT) / 2 + 4 * mm, 46 * mm
        for label, value in self.document.facts:
            self._add(text(x, y, label, color=SOFT))
            y = self._paragraph(RIGHT - value_width, y, [value], width=value_width) - 2.5
        return y

    def _next_page(self) -> None:
        """A further page names the document in one line."""
        self.pages.append([])
        document, y = self.document, TOP - TEXT
        self._add(
            text(
                LEFT, y, wrap(document.seller_name, self.bold, TEXT, 90 * mm)[0], face=self.bold, color=BRAND
            ),
            text(RIGHT, y, document.heading, color=SOFT, right=True),
            rule(y - 3 * mm),
        )
        self.y = y - 10 * mm

    def _needs(self, height: float) -> bool:
        """Begin a further page if so much does not fit on this one."""
        if self.y - height >= BOTTOM:
            return False
        self._next_page()
        return True

    # --- lines ----------------------------------------------------------------------------------
    def _columns(self) -> None:
        number, item, pieces, price, tax, amount = self.document.columns
        y = self.y
        self._add(band(y - 2.2 * mm, 6.6 * mm))
        for x, label, right in (
            (NUMBER, number, False),
            (ITEM, item, False),
            (PIECES, pieces, True),
            (PRICE, price, True),
            (TAX, tax, True),
            (RIGHT, amount, True),
        ):
            self._add(text(x, y, label, size=SMALL + 0.5, face=self.bold, color=BRAND, right=right))
        self.y = y - 7.4 * mm

    def _lines(self) -> None:
        if not self.document.rows:
            return
        self._columns()
        for row in self.document.rows:
            name = wrap(row.name, self.regular, TEXT, ITEM_WIDTH)
            note = wrap(row.note, self.regular, SMALL, ITEM_WIDTH)
            height = max(len(name), 1) * TEXT * LEADING + len(note) * SMALL * LEADING + 2.6 * mm
            if self._needs(height):
                self._columns()
            for x, words in (
                (PIECES, row.quantity),
                (PRICE, row.unit_price),
                (TAX, row.rate),
                (RIGHT, row.amount),
            ):
                self._add(text(x, self.y, words, right=True))
            self._add(text(NUMBER, self.y, row.position, color=SOFT))
            y = self.y
            for line in name:
                self._add(text(ITEM, y, line))
                y -= TEXT * LEADING
            for line in note:
                self._add(text(ITEM, y, line, size=SMALL, color=SOFT))
                y -= SMALL * LEADING
            self.y -= height
            self._add(rule(self.y + TEXT + 1.1 * mm))

    # --- sums -----------------------------------------------------------------------------------
    def _sums(self) -> None:
        """Totals and taxes stay together on one page."""
        step = TEXT * LEADING + 3
        sums, taxes = self.document.sums, self.document.taxes
        self._needs(max(len(sums) + 1.5, len(taxes) + 2.5) * step + 4 * mm)
        top = self.y - 2 * mm
        y = top
        for each in sums:
            y = self._sum(each, y, step)
        self.y = min(y, self._taxes(top)) - 4 * mm

    def _sum(self, each: Sum, y: float, step: float) -> float:
        face, size = (self.bold, LARGE) if each.is_total else (self.regular, TEXT)
        if each.is_total:
            self._add(rule(y + 2, x=SUMS, color=BRAND, width=1.1))
            y -= 4 * mm
        label = wrap(
            each.label, face, size, RIGHT - SUMS - face.width(face.plain(each.amount), size) - 4 * mm
        )
        self._add(
            text(SUMS, y, label[0] if label else "", face=face, size=size),
            text(RIGHT, y, each.amount, face=face, size=size, right=True),
        )
        return y - step

    def _taxes(self, y: float) -> float:
        """What is taxed at which rate, as a small table on the left."""
        if not self.document.taxes:
            return y
        ends = (LEFT, LEFT + 42 * mm, LEFT + 60 * mm, LEFT + 81 * mm)
        for place, row in enumerate([self.document.tax_columns, *self.document.taxes]):
            color = INK if place else SOFT
            for column, (x, words) in enumerate(zip(ends, row, strict=True)):
                self._add(text(x, y, words, size=SMALL, color=color, right=column > 0))
            y -= SMALL * LEADING + 3
        return y

    def _notes(self) -> None:
        for note in self.document.notes:
            lines = wrap(note, self.regular, SMALL + 0.5, RIGHT - LEFT)
            self._needs(len(lines) * SMALL * LEADING)
            self.y = (
                self._paragraph(LEFT, self.y, [note], width=RIGHT - LEFT, size=SMALL + 0.5, color=SOFT) - 2
            )
