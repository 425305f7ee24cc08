"""The shop's sign as a picture: what is shared when a page has no picture of its own.

Drawn once and kept in static/img; `python -m shop.found.sign` draws it anew.
"""

from pathlib import Path

from PIL import Image, ImageDraw

SHARE, SHARE_SIZE = "img/share.png", (1200, 630)
LOGO, LOGO_SIZE = "img/logo.png", (512, 512)
GREEN, PAPER = "#23513f", "#faf7f2"
# Four strokes and one across, in a box of 28 by 28, as in templates/_logo.html.
STROKES = [((x, 5), (x, 23)) for x in (6, 11.3, 16.7, 22)] + [((2.5, 19.5), (25.5, 8.5))]
WIDTH, BOX = 2.6, 28
FINER = 4


def draw(size: tuple[int, int]) -> Image.Image:
    """The sign in the middle of a green sheet, 60 % of its height."""
    wide, high = (pixels * FINER for pixels in size)
    sheet = Image.new("RGB", (wide, high), GREEN)
    pen, unit = ImageDraw.Draw(sheet), high * 0.6 / BOX
    left, top = (wide - BOX * unit) / 2, (high - BOX * unit) / 2
    half = round(WIDTH * unit / 2)
    for stroke in STROKES:
        ends = [(round(left + x * unit), round(top + y * unit)) for x, y in stroke]
        pen.line(ends, fill=PAPER, width=2 * half + 1)
        for x, y in ends:
            pen.ellipse((x - half, y - half, x + half, y + half), fill=PAPER)
    return sheet.resize(size, Image.Resampling.LANCZOS).quantize(32)


if __name__ == "__main__":
    static = Path(__file__).resolve().parents[2] / "static"
    for name, size in ((SHARE, SHARE_SIZE), (LOGO, LOGO_SIZE)):
        draw(size).save(static / name, optimize=True)
