"""Pages that fill from the top down, each with the same head in small and a count of pages at its foot."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from orders.invoices import fonts
from orders.papers.drawing import (
    BOTTOM,
    BRAND,
    LEADING,
    LEFT,
    RIGHT,
    SMALL,
    SOFT,
    TEXT,
    TOP,
    Draw,
    rule,
    text,
    wrap,
)


@dataclass(frozen=True)
class Head:
    """What every page of one paper says: who and what above, a line below; `page_words` counts the pages."""

    seller: str
    heading: str
    about: str = ""
    page_words: str = "Page %(page)s of %(pages)s"


class Sheet:
    """The pages of one paper, each a list of what is to be drawn on it; `y` is where the next thing begins."""

    def __init__(self, head: Head):
        self.head = head
        self.regular, self.bold = fonts.regular(), fonts.bold()
        self.pages: list[list[Draw]] = [[]]
        self.y = TOP - TEXT

    def add(self, *draws: Draw) -> None:
        self.pages[-1].extend(draws)

    def paragraph(self, x: float, lines: Sequence[str], *, width: float, **style) -> None:
        """Write lines of text below each other, each broken where it must be."""
        face, size = style.get("face") or self.regular, style.get("size", TEXT)
        for line in lines:
            for part in wrap(line, face, size, width):
                self.add(text(x, self.y, part, **style))
                self.y -= size * LEADING

    def needs(self, height: float) -> bool:
        """Begin a further page if so much does not fit on this one."""
        if self.y - height >= BOTTOM:
            return False
        self.pages.append([])
        y = TOP - TEXT
        self.add(
            text(LEFT, y, wrap(self.head.seller, self.bold, TEXT, 90 * mm)[0], face=self.bold, color=BRAND),
            text(RIGHT, y, self.head.heading, color=SOFT, right=True),
            rule(y - 3 * mm),
        )
        self.y = y - 10 * mm
        return True

    def draw(self, canvas: Canvas) -> None:
        for number, page in enumerate(self.pages, start=1):
            for each in [*page, *self._foot(number)]:
                each(canvas)
            canvas.showPage()

    def _foot(self, number: int) -> list[Draw]:
        words = self.head.page_words % {"page": number, "pages": len(self.pages)}
        room = RIGHT - LEFT - self.regular.width(self.regular.plain(words), SMALL) - 8 * mm
        lines = wrap(self.head.about, self.regular, SMALL, room)[:3]
        return [
            rule(BOTTOM - 8 * mm),
            text(RIGHT, BOTTOM - 12.5 * mm, words, size=SMALL, color=SOFT, right=True),
            *(
                text(LEFT, BOTTOM - 12.5 * mm - place * SMALL * LEADING, line, size=SMALL, color=SOFT)
                for place, line in enumerate(lines)
            ),
        ]


def write(sheets: Sequence[Sheet], file: IO[bytes], *, title: str, language: str = "en") -> None:
    """Write papers one after the other into one PDF; the same papers make the same bytes."""
    canvas = Canvas(file, pagesize=A4, invariant=1, pageCompression=1, lang=language)
    canvas.setTitle(title)
    canvas.setAuthor(sheets[0].head.seller)
    canvas.setCreator(sheets[0].head.seller)
    canvas.setViewerPreference("DisplayDocTitle", "true")
    for sheet in sheets:
        canvas.bookmarkPage(sheet.head.heading)
        canvas.addOutlineEntry(fonts.regular().plain(sheet.head.heading), sheet.head.heading)
        sheet.draw(canvas)
    canvas.save()
