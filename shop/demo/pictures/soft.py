"""Cloth for the house, and bags: blankets, cushions, totes, backpacks."""

from itertools import pairwise
from math import hypot

from .canvas import Blend, Canvas
from .motifs import ROUND_SHADE, ROUND_SHINE, Look, lit, motif
from .palettes import WHITE, Colour, darker, lighter, mix
from .shapes import Outline, arc, box, ellipse, mirrored, moved, path, symmetric, turned


def stitched(canvas: Canvas, points: Outline, colour: Colour, dash: float = 9) -> None:
    """Sew along a line: dashes of that many units, with gaps a little shorter."""
    walked, sewn = 0.0, dash * 1.8
    for (x1, y1), (x2, y2) in pairwise(points):
        length = hypot(x2 - x1, y2 - y1)
        while length and walked <= length:
            ends = [walked / length, min((walked + dash) / length, 1)]
            canvas.stroke([(x1 + (x2 - x1) * t, y1 + (y2 - y1) * t) for t in ends], 3.5, colour)
            walked += sewn
        walked -= length


@motif(stands=True, focus=(470, 640), zoom=1.8, frame=1.25)
def blanket(canvas: Canvas, look: Look) -> None:
    """A folded blanket with fringes; `form` "roll" is rolled up and strapped with leather."""
    (_rolled if look.form == "roll" else _folded)(canvas, look)


def _folded(canvas: Canvas, look: Look) -> None:
    canvas.ground_shadow(500, 790, 600)
    for index in range(4):
        top = 704 - index * 92
        left, right = 236 + index % 2 * 10, 770 - index % 2 * 8
        layer = box(left, top, right, top + 92, 44)
        canvas.paint(layer, look.main)
        look.decorate(canvas, layer, 70)
        canvas.shade(layer, (0.0, 0.0, 0.06, 0.34), across=False)
        canvas.shine(layer, (0.0, 0.22, 0.04, 0), across=False)
        canvas.shade(layer, (0.16, 0, 0, 0, 0, 0.1, 0.26))
    drape = path(
        (560, 428), (700, 428), (742, 428, 752, 470, 748, 520), (752, 640), (690, 652, 620, 634, 560, 648)
    )
    canvas.paint(moved(drape, -10, 12), (20, 14, 18), 0.3, blur=12)
    for x in range(566, 752, 15):
        tassel = path((x, 636), (x - 4, 670, x + 5, 690, x + 1, 716))
        canvas.stroke(tassel, 6, lighter(look.second, 0.1))
        canvas.stroke(moved(tassel, 4, -4), 3, darker(look.second, 0.16))
    canvas.paint(drape, mix(look.main, look.second, 0.0))
    look.decorate(canvas, drape, 70)
    canvas.shade(drape, (0.1, 0, 0, 0.05, 0.2))
    canvas.shine(drape, (0.3, 0.05, 0, 0), across=False)


def _rolled(canvas: Canvas, look: Look) -> None:
    canvas.ground_shadow(500, 784, 640)
    roll = box(210, 480, 760, 784, 60)
    canvas.paint(roll, look.main)
    look.decorate(canvas, roll, 84)
    canvas.shade(roll, (0.0, 0.0, 0.04, 0.16, 0.4), across=False)
    canvas.shine(roll, (0.1, 0.26, 0.05, 0, 0), across=False)
    end = ellipse(232, 632, 66, 150)
    canvas.paint(end, lighter(look.second, 0.1))
    for share in (0.78, 0.56, 0.34, 0.14):
        canvas.stroke(ellipse(232, 632, 66 * share, 150 * share), 7, look.main)
    leather = (140, 88, 56)
    for x in (370, 600):
        strap = path((x, 476), (x + 44, 476), (x + 60, 640, x + 44, 786), (x, 788), (x + 16, 640, x, 476))
        canvas.paint(strap, Blend((lighter(leather, 0.2), leather, darker(leather, 0.3))))
        canvas.trace(box(x + 2, 566, x + 60, 622, 8), 8, (208, 168, 96))
    handle = path((392, 486), (400, 380, 610, 380, 622, 486))
    canvas.stroke(handle, 22, leather)
    canvas.stroke(moved(handle, 0, -4), 6, lighter(leather, 0.3))


@motif(stands=True, focus=(420, 540), zoom=1.8, frame=1.16)
def cushion(canvas: Canvas, look: Look) -> None:
    """A square cushion; `form` "round" is a pleated disc, "long" a bolster in front of a square."""
    canvas.ground_shadow(500, 786, 300 if look.form == "round" else 460)
    if look.form == "round":
        _round_cushion(canvas, look)
        return
    _square(canvas, look, 500, 500, 285)
    if look.form == "long":
        body = box(230, 590, 770, 790, 90)
        canvas.paint(moved(body, 8, -10), (20, 14, 18), 0.32, blur=18)
        canvas.paint(body, Blend((lighter(look.accent, 0.14), look.accent, darker(look.accent, 0.25))))
        for x in (258, 742):
            canvas.stroke(
                path((x, 612), (x + (12 if x < 500 else -12), 690, x, 768)), 5, darker(look.accent, 0.3)
            )


def _square(canvas: Canvas, look: Look, cx: float, cy: float, half: float) -> None:
    bulge = half * 0.86
    outline = path(
        (cx - half, cy - half),
        (cx - half * 0.3, cy - bulge, cx + half * 0.3, cy - bulge, cx + half, cy - half),
        (cx + bulge, cy - half * 0.3, cx + bulge, cy + half * 0.3, cx + half, cy + half),
        (cx + half * 0.3, cy + bulge, cx - half * 0.3, cy + bulge, cx - half, cy + half),
        (cx - bulge, cy + half * 0.3, cx - bulge, cy - half * 0.3, cx - half, cy - half),
    )
    canvas.paint(outline, look.main)
    look.decorate(canvas, outline, 82)
    with canvas.inside(outline) as inner:
        inner.paint(ellipse(cx - 60, cy - 90, half * 0.6, half * 0.5), WHITE, 0.26, blur=60)
        inner.paint(
            path(
                (cx + half, cy - half),
                (cx + half * 0.3, cy + half * 0.4, cx - half, cy + half),
                (cx + half * 1.2, cy + half * 1.2),
            ),
            look.ink,
            0.3,
            blur=60,
        )
        for sx, sy in ((-1, -1), (1, -1), (-1, 1), (1, 1)):
            x, y = cx + sx * half, cy + sy * half
            for dx, dy in ((0.3, 0.12), (0.12, 0.3), (0.34, 0.34)):
                crease = [
                    (x, y),
                    (x - sx * half * dx * 1.3, y - sy * half * dy * 1.3),
                    (x - sx * half * dx, y - sy * half * (dy + 0.05)),
                ]
                inner.paint(crease, look.ink, 0.34, blur=7)
    canvas.stroke(outline, 8, mix(look.main, look.ink, 0.4))
    canvas.stroke(moved(outline, -1, -2), 3, lighter(look.main, 0.25))


def _round_cushion(canvas: Canvas, look: Look) -> None:
    disc = ellipse(500, 540, 280, 246)
    canvas.paint(disc, look.main)
    look.decorate(canvas, disc, 80)
    with canvas.inside(disc) as inner:
        for degrees in range(0, 360, 30):
            fold = [(500, 540), *arc(500, 540, 290, 256, degrees, degrees + 12)]
            inner.paint(fold, look.ink, 0.26, blur=8)
            inner.paint(
                [(500, 540), *arc(500, 540, 290, 256, degrees + 15, degrees + 22)], WHITE, 0.2, blur=7
            )
        inner.paint(ellipse(580, 680, 260, 160), look.ink, 0.3, blur=60)
    canvas.stroke(disc, 8, mix(look.main, look.ink, 0.3))
    canvas.paint(ellipse(502, 546, 42, 38), look.ink, 0.4, blur=10)
    canvas.paint(ellipse(500, 540, 34, 30), Blend((lighter(look.accent, 0.2), darker(look.accent, 0.2))))


@motif(stands=False, focus=(500, 600), zoom=1.8, frame=1.05)
def tote(canvas: Canvas, look: Look) -> None:
    """A canvas tote; `form` "all" is printed all over, else the pattern sits in a printed square."""
    cloth = look.main if look.form == "all" else look.second
    bag = path(
        (260, 380),
        (740, 380),
        (762, 600, 772, 720, 778, 850),
        (600, 866, 400, 866, 222, 850),
        (228, 720, 238, 600, 260, 380),
    )
    back = path((380, 392), (390, 60, 610, 60, 620, 392))
    canvas.drop_shadow(bag, 16, 26, 0.36)
    canvas.stroke(moved(back, 12, -14), 34, darker(cloth, 0.28))
    canvas.paint(bag, lit(cloth, 0.06))
    if look.form == "all":
        look.decorate(canvas, bag, 88, cloth)
    else:
        stamp = ellipse(500, 640, 150) if look.form == "circle" else box(355, 500, 645, 790, 6)
        canvas.paint(stamp, look.main)
        look.decorate(canvas, stamp, 70)
    with canvas.inside(bag) as inner:
        for x, lean in ((300, 30), (690, -40), (430, 16)):
            fold = path(
                (x, 380),
                (x + lean, 560, x - lean, 700, x + lean, 870),
                (x + lean + 46, 870),
                (x + 60, 600, x + 20, 500, x + 14, 380),
            )
            inner.paint(fold, look.ink, 0.15, blur=16)
            inner.paint(moved(fold, -40), WHITE, 0.2, blur=16)
        inner.paint(box(200, 372, 800, 424), darker(cloth, 0.3), 0.16)
    stitched(canvas, [(272, 424), (728, 424)], lighter(cloth, 0.4))
    front = path((372, 470), (376, 90, 624, 90, 628, 470))
    canvas.paint([*front, *reversed(moved(front, 18, 20))], look.ink, 0.2, blur=12)
    canvas.stroke(front, 36, mix(cloth, look.ink, 0.12))
    canvas.stroke(front, 28, lighter(cloth, 0.05))
    for x in (372, 628):
        canvas.stroke([(x - 9, 400), (x + 9, 460)], 3, mix(cloth, look.ink, 0.4))
        canvas.stroke([(x + 9, 400), (x - 9, 460)], 3, mix(cloth, look.ink, 0.4))


@motif(stands=True, focus=(500, 620), zoom=1.8, frame=1.05)
def backpack(canvas: Canvas, look: Look) -> None:
    """A day pack; `form` "roll" closes with a rolled top, else with a flap and straps."""
    canvas.ground_shadow(500, 806, 430)
    leather = (146, 92, 58)
    canvas.stroke(path((450, 250), (450, 150, 550, 150, 550, 250)), 20, look.ink)
    for flip in (False, True):
        strap = path((700, 380), (790, 440, 790, 680, 720, 760))
        canvas.stroke(mirrored(strap) if flip else strap, 36, darker(look.main, 0.4))
    body = symmetric(
        path(
            (500, 214),
            (610, 214),
            (700, 224, 716, 300, 722, 420),
            (738, 640),
            (742, 760, 720, 806, 640, 808),
            (500, 810),
        )
    )
    canvas.paint(body, look.main)
    look.decorate(canvas, body, 84)
    canvas.shade(body, ROUND_SHADE)
    canvas.shine(body, ROUND_SHINE)
    pocket = box(316, 560, 684, 786, 50)
    canvas.paint(moved(pocket, 0, 8), look.ink, 0.4, blur=12)
    canvas.paint(pocket, Blend((lighter(look.accent, 0.08), darker(look.accent, 0.18))))
    stitched(canvas, [(336, 640), (664, 640)], lighter(look.accent, 0.4))
    canvas.stroke([(350, 606), (650, 606)], 9, darker(look.accent, 0.5))
    canvas.stroke([(640, 606), (652, 640)], 9, (214, 176, 104))
    if look.form == "roll":
        top = box(286, 214, 714, 300, 40)
        canvas.paint(moved(top, 0, 14), look.ink, 0.4, blur=12)
        canvas.paint(top, Blend((lighter(look.main, 0.25), look.main, darker(look.main, 0.35))))
        canvas.stroke([(300, 262), (700, 262)], 4, darker(look.main, 0.4))
        straps, foot = [500], 470
    else:
        flap = symmetric(
            path((500, 206), (620, 206), (706, 216, 716, 300, 718, 400), (716, 460, 620, 484, 500, 486))
        )
        canvas.paint(moved(flap, 0, 16), look.ink, 0.42, blur=14)
        canvas.paint(flap, Blend((lighter(look.main, 0.2), look.main, darker(look.main, 0.16))))
        canvas.stroke(path((300, 452), (400, 474, 600, 474, 700, 452)), 3, lighter(look.main, 0.4))
        straps, foot = [396, 604], 560
    for x in straps:
        band = box(x - 19, 226, x + 19, foot, 10)
        canvas.paint(band, Blend((lighter(leather, 0.2), darker(leather, 0.14)), across=True))
        canvas.trace(box(x - 26, foot - 66, x + 26, foot - 26, 6), 7, (214, 176, 104))
    canvas.paint(
        box(456, 330, 544, 384, 6) if look.form != "roll" else box(456, 690, 544, 736, 6), look.second
    )
    spot = (500, 357) if look.form != "roll" else (500, 713)
    canvas.paint(turned(box(spot[0] - 12, spot[1] - 12, spot[0] + 12, spot[1] + 12, 3), 45, spot), look.main)
