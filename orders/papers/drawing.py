"""What all our papers are drawn with: one page, one ink, texts that stay texts, and barcodes.

Texts are drawn as they are, so nothing in a name is taken for markup.
"""

from collections.abc import Callable

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from orders.invoices import fonts

WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 22 * mm, WIDTH - 18 * mm, HEIGHT - 18 * mm, 30 * mm
INK, SOFT, LINE, BRAND, PALE = map(HexColor, ("#241e19", "#665b50", "#d8cdbc", "#23513f", "#f4efe6"))
SMALL, TEXT, LARGE, TITLE = 7.5, 9.0, 11.0, 19.0
LEADING = 1.38
MOST_LINES_OF_A_TEXT = 12
# The narrowest bar that office printers and cheap readers agree on, and the widest that looks well.
THIN_BAR, WIDE_BAR = 0.19 * mm, 0.38 * mm
LONGEST_CODE = 48

Draw = Callable[[Canvas], None]


# --- texts --------------------------------------------------------------------------------------------
def wrap(text: str, face: fonts.Face, size: float, width: float) -> list[str]:
    """Break a text into lines that fit; a word that is too long is broken, a text that never ends is cut."""
    lines: list[str] = []
    line = ""
    for word in face.plain(text).split():
        while word:
            candidate = f"{line} {word}" if line else word
            if face.width(candidate, size) <= width:
                line, word = candidate, ""
            elif line:
                lines.append(line)
                line = ""
            else:
                fitting = _fitting(word, face, size, width)
                lines.append(word[:fitting])
                word = word[fitting:]
            if len(lines) >= MOST_LINES_OF_A_TEXT:
                return [*lines[:-1], f"{lines[-1][:-1]}…"]
    return [*lines, line] if line else lines


def _fitting(word: str, face: fonts.Face, size: float, width: float) -> int:
    """How many letters of a word fit, at least one."""
    used, count = 0.0, 0
    for letter in word:
        used += face.width(letter, size)
        if used > width:
            break
        count += 1
    return max(count, 1)


def text(x: float, y: float, text: str, *, size=TEXT, face=None, color=INK, right=False) -> Draw:
    face = face or fonts.regular()
    shown = face.plain(text)

    def draw(canvas: Canvas) -> None:
        canvas.setFont(face.name, size)
        canvas.setFillColor(color)
        (canvas.drawRightString if right else canvas.drawString)(x, y, shown)

    return draw


def rule(y: float, *, x: float = LEFT, color=LINE, width: float = 0.6) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.setStrokeColor(color)
        canvas.setLineWidth(width)
        canvas.line(x, y, RIGHT, y)

    return draw


def band(y: float, height: float) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColor(PALE)
        canvas.roundRect(LEFT - 2 * mm, y, RIGHT - LEFT + 4 * mm, height, 3, stroke=0, fill=1)

    return draw


def box(x: float, y: float, size: float) -> Draw:
    """An empty square, to be ticked with a pen."""

    def draw(canvas: Canvas) -> None:
        canvas.setStrokeColor(SOFT)
        canvas.setLineWidth(0.8)
        canvas.rect(x, y, size, size, stroke=1, fill=0)

    return draw


# --- barcodes -----------------------------------------------------------------------------------------
def can_be_read(code: str) -> bool:
    """Whether a barcode can hold this text: plain letters, digits and signs, and not too many of them."""
    return 0 < len(code) <= LONGEST_CODE and code.isascii() and code.isprintable()


def barcode(x: float, y: float, code: str, *, width: float, height: float, right: bool = False) -> Draw:
    """A Code 128 barcode of at most this width, from `x` or up to it; nothing if no reader could read it."""

    def draw(canvas: Canvas) -> None:
        modules = Code128(code, barWidth=1, quiet=False).width if can_be_read(code) else 0
        if not modules or width / modules < THIN_BAR:
            return
        bars = Code128(code, barHeight=height, barWidth=min(width / modules, WIDE_BAR), quiet=False)
        bars.barFillColor, bars.barStrokeColor = INK, None
        bars.drawOn(canvas, x - bars.width if right else x, y)

    return draw
