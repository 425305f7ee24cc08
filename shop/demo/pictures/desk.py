"""Things for the desk: paper and pens."""

from .canvas import Canvas
from .motifs import Look, lit, motif
from .palettes import WHITE, darker, lighter, mix
from .shapes import Outline, arc, box, ellipse, path, symmetric, turned


@motif(stands=False, focus=(560, 480), zoom=1.9, frame=1.12)
def notebook(canvas: Canvas, look: Look) -> None:
    """A bound notebook with ribbon and elastic; `form` "spiral" is ring-bound, "stack" lies on a second one."""
    if look.form == "stack":
        _cover(canvas, look, turned(box(290, 190, 710, 800, 16), 11), look.accent, False)
    lean = -7 if look.form != "spiral" else 5
    pages = turned(box(306, 190, 730, 808, 14), lean)
    canvas.drop_shadow(pages, 18, 26, 0.36)
    canvas.paint(pages, (250, 245, 234))
    for shift in (0, 5, 10):
        canvas.stroke(
            turned([(300, 806 - shift), (726 - shift, 806 - shift), (726 - shift, 200)], lean),
            1.6,
            (206, 196, 178),
        )
    cover = turned(box(290, 180, 714, 790, 18), lean)
    _cover(canvas, look, cover, look.main, True)
    if look.form == "spiral":
        for y in range(214, 780, 34):
            canvas.paint(turned(ellipse(314, y, 8), lean), darker(look.ink, 0.2))
            canvas.stroke(turned(arc(296, y, 22, 10, 60, 330), lean), 7, (196, 198, 204))
        return
    canvas.paint(turned(box(290, 180, 338, 790, 12), lean), look.ink, 0.22)
    canvas.stroke(turned([(664, 182), (664, 788)], lean), 13, look.accent)
    canvas.stroke(turned([(661, 182), (661, 788)], lean), 3, lighter(look.accent, 0.35))
    ribbon = turned(
        path((400, 788), (396, 830, 410, 850, 402, 884), (424, 872), (428, 840, 420, 820, 422, 788)), lean
    )
    canvas.paint(ribbon, darker(look.accent, 0.1))
    label = turned(box(420, 290, 600, 400, 8), lean)
    canvas.paint(label, lighter(look.second, 0.4))
    for y, end in ((330, 572), (362, 530)):
        canvas.stroke(turned([(448, y), (end, y)], lean), 6, mix(look.second, look.ink, 0.6))


def _cover(canvas: Canvas, look: Look, cover: Outline, colour: tuple[int, int, int], patterned: bool) -> None:
    if not patterned:
        canvas.drop_shadow(cover, 14, 20)
    canvas.paint(cover, lit(colour, 0.06))
    if patterned:
        look.decorate(canvas, cover, 84, colour)
    canvas.shine(cover, (0.16, 0.04, 0, 0, 0))
    canvas.shade(cover, (0, 0, 0.04, 0.14))


@motif(stands=False, focus=(500, 420), zoom=1.9, frame=1.1)
def pens(canvas: Canvas, look: Look) -> None:
    """Five pens in a fan; `form` "pencils" makes wooden pencils of them."""
    tints = (look.main, look.accent, look.second, lighter(look.main, 0.35), darker(look.accent, 0.25))
    for index, colour in enumerate(tints):
        lean = -34 + 17 * index
        (_pencil if look.form == "pencils" else _pen)(canvas, look, colour, lean)


FAN_CENTRE = (500.0, 1150.0)


def _pencil(canvas: Canvas, look: Look, colour: tuple[int, int, int], lean: float) -> None:
    lean *= 0.75
    barrel = turned(box(466, 330, 534, 880), lean, FAN_CENTRE)
    tip = turned([(466, 330), (500, 190), (534, 330)], lean, FAN_CENTRE)
    canvas.drop_shadow([*tip, *barrel[1:3][::1], barrel[3]], 12, 16)
    canvas.paint(tip, (232, 194, 148))
    canvas.paint(turned([(489, 236), (500, 190), (511, 236)], lean, FAN_CENTRE), darker(colour, 0.2))
    canvas.paint(barrel, colour)
    look.decorate(canvas, barrel, 34, colour)
    canvas.paint(turned(box(466, 330, 488, 880), lean, FAN_CENTRE), WHITE, 0.22)
    canvas.paint(turned(box(514, 330, 534, 880), lean, FAN_CENTRE), look.ink, 0.24)
    canvas.paint(turned(box(466, 820, 534, 856), lean, FAN_CENTRE), (212, 176, 106))
    canvas.paint(turned(box(466, 856, 534, 900, 12), lean, FAN_CENTRE), (228, 150, 142))


def _pen(canvas: Canvas, look: Look, colour: tuple[int, int, int], lean: float) -> None:
    lean *= 0.75
    parts = (
        (symmetric(path((500, 200), (506, 204), (530, 300), (500, 304))), (208, 174, 108)),
        (box(468, 296, 532, 560, 8), colour),
        (box(462, 556, 538, 880, 26), darker(colour, 0.08)),
    )
    for outline, _ in parts:
        canvas.drop_shadow(turned(outline, lean, FAN_CENTRE), 12, 16, 0.26)
    for outline, tint in parts:
        placed = turned(outline, lean, FAN_CENTRE)
        canvas.paint(placed, tint)
    canvas.paint(turned(box(474, 300, 486, 866, 6), lean, FAN_CENTRE), WHITE, 0.32)
    canvas.paint(turned(box(518, 300, 534, 866, 6), lean, FAN_CENTRE), look.ink, 0.22)
    canvas.paint(turned(box(460, 550, 540, 570), lean, FAN_CENTRE), (212, 176, 106))
    canvas.paint(turned(box(492, 600, 508, 760, 8), lean, FAN_CENTRE), (222, 188, 122))
