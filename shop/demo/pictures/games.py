"""Things to play with."""

from .canvas import Blend, Canvas
from .motifs import Look, lit, motif, round_body
from .palettes import darker, lighter, mix
from .shapes import Outline, box, ellipse, moved, path, symmetric, turned


@motif(stands=True, focus=(420, 520), zoom=1.8, frame=1.18)
def game(canvas: Canvas, look: Look) -> None:
    """A board game box standing up with pieces before it; `form` "dice" adds dice."""
    canvas.ground_shadow(520, 780, 520)
    side = [(660, 236), (742, 270), (742, 748), (660, 790)]
    canvas.paint(side, Blend((darker(look.main, 0.2), darker(look.main, 0.45))))
    front = [(240, 220), (660, 236), (660, 790), (240, 776)]
    canvas.paint(front, look.main)
    look.decorate(canvas, front, 96)
    plate = [(290, 280), (610, 291), (610, 452), (290, 444)]
    canvas.paint(moved(plate, 5, 9), look.ink, 0.3, blur=8)
    canvas.paint(plate, look.second)
    BOX_ART[look.spec.seed % len(BOX_ART)](canvas, look, plate)
    canvas.shine(front, (0.2, 0.05, 0, 0, 0))
    canvas.shade(front, (0, 0, 0, 0.16), across=False)
    canvas.stroke([(240, 222), (658, 238)], 5, lighter(look.main, 0.4))
    for x, y, colour in ((330, 812, look.accent), (420, 836, look.second), (606, 826, look.ink)):
        _pawn(canvas, x, y, colour)
    if look.form == "dice":
        for x, y, lean in ((690, 812, 12), (772, 840, -16)):
            _die(canvas, look, x, y, lean)


def _shapes_art(canvas: Canvas, look: Look, plate: Outline) -> None:
    for x, tint, shape in (
        (350, look.accent, ellipse(350, 367, 38)),
        (450, look.ink, [(450, 320), (494, 410), (406, 410)]),
        (550, look.main, box(512, 330, 588, 406, 8)),
    ):
        canvas.paint(moved(shape, 0, (x - 450) * 0.03), tint)


def _field_art(canvas: Canvas, look: Look, plate: Outline) -> None:
    """A full moon over furrows."""
    canvas.paint(plate, look.accent)
    with canvas.inside(plate) as inner:
        inner.paint(ellipse(500, 350, 48), look.second)
        for index in range(4):
            y = 384 + index * 22
            hill = path((280, y), (380, y - 30, 520, y + 34, 620, y - 8), (620, 470), (280, 470))
            inner.paint(hill, mix(look.main, look.ink, 0.18 * index))


def _lighthouse_art(canvas: Canvas, look: Look, plate: Outline) -> None:
    canvas.paint(plate, look.ink)
    with canvas.inside(plate) as inner:
        inner.paint([(450, 330), (620, 286), (620, 372)], look.accent, 0.85)
        inner.paint([(450, 330), (280, 290), (280, 366)], look.accent, 0.5)
        inner.paint([(430, 346), (470, 346), (482, 460), (418, 460)], look.second)
        inner.paint([(426, 380), (474, 380), (478, 412), (422, 412)], look.accent)
        inner.paint(box(432, 316, 468, 346), look.accent)
        inner.paint([(426, 318), (450, 296), (474, 318)], look.second)
        inner.paint(path((280, 436), (360, 416, 420, 456, 620, 428), (620, 470), (280, 470)), look.main)


BOX_ART = (_shapes_art, _field_art, _lighthouse_art)


def _pawn(canvas: Canvas, x: float, foot: float, colour: tuple[int, int, int]) -> None:
    canvas.ground_shadow(x, foot - 2, 76)
    skirt = symmetric(
        path(
            (x, foot - 96),
            (x + 16, foot - 94),
            (x + 18, foot - 40, x + 40, foot - 30, x + 40, foot - 4),
            (x, foot + 6),
        ),
        x,
    )
    canvas.paint(skirt, round_body(colour))
    canvas.paint(
        ellipse(x, foot - 112, 27), Blend((lighter(colour, 0.3), colour, darker(colour, 0.3)), across=True)
    )


def _die(canvas: Canvas, look: Look, x: float, y: float, lean: float) -> None:
    canvas.ground_shadow(x, y + 2, 74)
    centre = (x, y - 34)
    canvas.paint(turned(box(x - 36, y - 70, x + 36, y + 2, 12), lean, centre), lit((252, 248, 240), 0.1))
    for dx, dy in ((-18, -52), (18, -52), (0, -34), (-18, -16), (18, -16)):
        canvas.paint(turned(ellipse(x + dx, y + dy, 7), lean, centre), look.accent)


@motif(stands=False, focus=(520, 480), zoom=1.9, frame=1.15)
def cards(canvas: Canvas, look: Look) -> None:
    """A fan of playing cards."""
    for index, lean in enumerate((-32, -16, 0, 16, 32)):
        card = turned(box(380, 250, 620, 610, 22), lean, (500, 820))
        canvas.drop_shadow(card, 10, 14, 0.3)
        canvas.paint(card, (253, 250, 244))
        inner = turned(box(396, 266, 604, 594, 14), lean, (500, 820))
        back = (look.main, look.accent)[index % 2]
        canvas.paint(inner, back)
        look.decorate(canvas, inner, 58, back)
        badge = turned(ellipse(500, 430, 58), lean, (500, 820))
        canvas.paint(badge, look.second)
        mark = turned([(500, 388), (534, 430), (500, 472), (466, 430)], lean, (500, 820))
        canvas.paint(mark, look.ink if index % 2 else look.accent)
    deck = box(392, 640, 608, 850, 14)
    canvas.drop_shadow(deck, 14, 20, 0.4)
    canvas.paint(deck, lit(look.main, 0.1))
    look.decorate(canvas, deck, 52)
    canvas.paint(box(440, 700, 560, 790, 8), look.second)
    canvas.paint([(500, 712), (526, 745), (500, 778), (474, 745)], look.accent)
