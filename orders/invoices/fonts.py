"""The letters of the PDF: reportlab's Vera, or the font that the shop names."""

import unicodedata
from functools import lru_cache
from pathlib import Path

import reportlab
from django.conf import settings
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

_VERA = Path(reportlab.__file__).parent / "fonts"


class Face:
    """One cut of a font, and what of a text it can show."""

    def __init__(self, path: Path):
        self.name = f"tally-{path}"
        font = TTFont(self.name, str(path))
        pdfmetrics.registerFont(font)
        self._glyphs = font.face.charToGlyph
        self._widths = font.face.charWidths
        self._default = font.face.defaultWidth
        self._plain: dict[str, str] = {}

    def width(self, text: str, size: float) -> float:
        """How wide a text is that `plain` has returned, in points."""
        widths, default = self._widths, self._default
        return sum(widths.get(ord(letter), default) for letter in text) * size / 1000

    def plain(self, text: str) -> str:
        """The text in letters that this font has.

        A letter that it lacks loses its accents, or becomes a question mark; marks that only steer other letters, such
        as those that turn the direction of writing, are left out.
        """
        return "".join(map(self._letter, unicodedata.normalize("NFC", text)))

    def _letter(self, letter: str) -> str:
        if letter not in self._plain:
            self._plain[letter] = self._shown(letter)
        return self._plain[letter]

    def _shown(self, letter: str) -> str:
        if letter.isspace():
            return " "
        kind = unicodedata.category(letter)
        if kind in {"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"}:
            return ""
        if self._has(letter):
            return letter
        parts = [part for part in unicodedata.normalize("NFKD", letter) if unicodedata.category(part) != "Mn"]
        return "".join(parts) if parts and all(map(self._has, parts)) else "?"

    def _has(self, letter: str) -> bool:
        return ord(letter) in self._glyphs


def regular() -> Face:
    return _faces(settings.INVOICE_FONT)[0]


def bold() -> Face:
    return _faces(settings.INVOICE_FONT)[1]


@lru_cache(maxsize=8)
def _faces(path: str) -> tuple[Face, Face]:
    """Regular and bold; of a font that has no bold beside it, twice the same."""
    if not path:
        return Face(_VERA / "Vera.ttf"), Face(_VERA / "VeraBd.ttf")
    plain = Path(path)
    stem = plain.stem.removesuffix("-Regular")
    heavy = plain.with_name(f"{stem}-Bold{plain.suffix}")
    return Face(plain), Face(heavy if heavy.is_file() else plain)
