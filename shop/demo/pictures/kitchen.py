"""Things for kitchen and table, and the bottle that leaves with you."""

from .canvas import Blend, Canvas
from .motifs import Look, ceramic, lit, motif, round_body
from .palettes import WHITE, darker, lighter, mix
from .shapes import arc, box, ellipse, mirrored, moved, path, symmetric, turned


def steam(canvas: Canvas, cx: float, foot: float) -> None:
    """Two curls of steam that fade into the wall."""
    for dx, height in ((-38, 150), (34, 190)):
        x = cx + dx
        middle = path(
            (x, foot), (x - 46, foot - height * 0.35, x + 46, foot - height * 0.6, x, foot - height)
        )
        ribbon = [*moved(middle, -9), *reversed(moved(middle, 9))]
        canvas.paint(ribbon, WHITE, 0.6, blur=9)


@motif(stands=True, focus=(560, 560), zoom=1.9, frame=1.3)
def mug(canvas: Canvas, look: Look) -> None:
    """A coffee mug; `form` "enamel" has a dark rim, "tall" is slim, "low" is wide and round."""
    half, top, foot, corner = {"tall": (140, 330, 780, 40), "low": (205, 470, 780, 130)}.get(
        look.form, (178, 400, 780, 54)
    )
    canvas.ground_shadow(500, foot - 2, half * 2)
    left, right = 470 - half, 470 + half
    middle, reach = (top + foot) / 2, min(118, (foot - top) * 0.32)
    ring = [
        (right - 30, middle - reach),
        *arc(right + 18, middle, 100, reach, -90, 90),
        (right - 30, middle + reach),
    ]
    canvas.stroke(ring, 40, darker(look.main, 0.16))
    canvas.stroke(moved(ring, -4, -5), 22, lighter(look.main, 0.04))
    body = [
        *arc(470, top, half, half * 0.16, 180, 0),
        *path((right, top), (right - 4, foot - corner), (right - 6, foot, right - corner, foot)),
        *path((left + corner, foot), (left + 6, foot, left + 4, foot - corner)),
    ]
    ceramic(canvas, look, body, 78)
    rim = darker(look.ink, 0.1) if look.form == "enamel" else lighter(look.main, 0.42)
    canvas.paint(ellipse(470, top, half, half * 0.16), rim)
    canvas.paint(ellipse(470, top + 2, half - 11, half * 0.16 - 8), darker(look.main, 0.5))
    coffee = ellipse(470, top + 9, half - 15, half * 0.16 - 13)
    canvas.paint(coffee, Blend(((92, 56, 36), (60, 34, 22)), across=True))
    steam(canvas, 470, top - 14)


@motif(stands=True, focus=(420, 560), zoom=1.8, frame=1.22)
def teapot(canvas: Canvas, look: Look) -> None:
    """A round teapot with a wooden knob."""
    canvas.ground_shadow(500, 780, 400)
    handle = arc(690, 560, 118, 120, -110, 110)
    canvas.stroke(handle, 34, darker(look.main, 0.22))
    canvas.stroke(moved(handle, -4, -4), 16, lighter(look.main, 0.02))
    spout = path(
        (330, 640), (220, 640, 250, 500, 176, 430), (206, 414), (230, 410), (300, 440, 300, 530, 380, 540)
    )
    canvas.paint(spout, Blend((look.main, darker(look.main, 0.25))))
    canvas.paint(turned(ellipse(203, 421, 30, 9), -18, (203, 421)), darker(look.main, 0.5))
    body = symmetric(path((500, 404), (600, 404), (760, 440, 770, 700, 620, 778), (500, 782)))
    ceramic(canvas, look, body, 84)
    canvas.paint(symmetric(path((500, 778), (618, 778), (610, 792), (500, 792))), darker(look.main, 0.45))
    lid = symmetric(path((500, 344), (570, 350, 612, 380, 614, 410), (500, 424)))
    canvas.paint(lid, round_body(look.second))
    canvas.stroke(path((386, 411), (450, 430, 550, 430, 614, 411)), 6, darker(look.main, 0.35))
    canvas.paint(ellipse(500, 328, 34, 30), round_body((176, 122, 78)))
    canvas.paint(ellipse(452, 500, 44, 60), WHITE, 0.22, blur=16)
    steam(canvas, 190, 390)


@motif(stands=True, focus=(500, 620), zoom=1.8, frame=1.25)
def bowl(canvas: Canvas, look: Look) -> None:
    """A serving bowl; `form` "stack" sets three into one another, "fruit" fills it."""
    tints = [look.second, look.accent, look.main] if look.form == "stack" else [look.main]
    canvas.ground_shadow(500, 778, 330)
    lift = -82
    for index, colour in enumerate(tints):
        y = 560 + lift * (len(tints) - 1 - index)
        half = 252
        flank = path((500 + half, y), (746, y + 90, 700, y + 190, 606, y + 218))
        side = [*arc(500, y, half, 40, 180, 0), *flank, *reversed(mirrored(flank))]
        inside = ellipse(500, y, half, 40)
        canvas.paint(inside, Blend((darker(colour, 0.4), darker(colour, 0.12))))
        hollow = Blend((darker(colour, 0.3), lighter(colour, 0.1)))
        canvas.paint(ellipse(500, y + 8, half - 16, 29), hollow)
        if look.form == "fruit":
            _fruit(canvas)
        if index == len(tints) - 1:
            ceramic(canvas, look, side, 74, colour)
        else:
            canvas.paint(side, round_body(colour))
        canvas.stroke(arc(500, y, half - 3, 40, 177, 3), 7, lighter(colour, 0.45))
    canvas.paint(box(410, 776, 590, 790, 6), darker(look.main, 0.4))


def _fruit(canvas: Canvas) -> None:
    for x, y, size, colour in (
        (390, 500, 84, (238, 140, 58)),
        (610, 505, 82, (214, 84, 66)),
        (500, 462, 88, (244, 190, 72)),
    ):
        canvas.paint(ellipse(x, y, size), Blend((lighter(colour, 0.2), colour, darker(colour, 0.3))))
        canvas.paint(ellipse(x - 26, y - 34, 22, 16), WHITE, 0.45, blur=8)
        canvas.stroke([(x + 4, y - size + 8), (x + 14, y - size - 18)], 8, (92, 70, 40))
    canvas.paint(turned(ellipse(546, 372, 42, 16), -24, (546, 372)), (96, 140, 84))


@motif(stands=True, focus=(500, 600), zoom=1.9, frame=1.25)
def tin(canvas: Canvas, look: Look) -> None:
    """A lidded tin for tea or coffee with a paper label."""
    canvas.ground_shadow(500, 790, 330)
    body = [*box(345, 350, 655, 360)[:2], *arc(500, 776, 155, 20, 0, 180)]
    ceramic(canvas, look, body, 70)
    lid = [*arc(500, 300, 162, 22, 180, 360), *arc(500, 372, 162, 20, 0, 180)]
    canvas.paint(lid, round_body(look.second))
    canvas.paint(ellipse(500, 300, 162, 22), Blend((lighter(look.second, 0.5), look.second), across=True))
    canvas.stroke(arc(500, 372, 160, 20, 8, 172), 5, darker(look.second, 0.35))
    label = [*arc(500, 488, 155, 20, 138, 42), *arc(500, 684, 155, 20, 42, 138)]
    canvas.paint(label, lighter(look.second, 0.4))
    canvas.shade(label, (0.06, 0, 0, 0.04, 0.16))
    stem = [(500, 668), (500, 560)]
    canvas.stroke(stem, 6, look.accent)
    for y, lean in ((650, 58), (650, -58), (615, 48), (615, -48), (580, 0)):
        canvas.paint(turned(ellipse(500, y - 34, 13, 34), lean, (500, y)), look.accent)


@motif(stands=True, focus=(500, 560), zoom=1.9, frame=1.2)
def pouch(canvas: Canvas, look: Look) -> None:
    """A stand-up paper pouch of coffee with a window of pattern."""
    canvas.ground_shadow(500, 792, 390)
    bag = symmetric(
        path(
            (500, 282), (646, 282), (662, 420), (690, 560, 700, 680, 688, 776), (660, 800, 560, 798, 500, 798)
        )
    )
    canvas.paint(bag, lit(look.second, 0.08))
    front = box(300, 420, 700, 700)
    with canvas.inside(bag) as inner:
        inner.paint(front, look.main)
        look.decorate(inner, front, 74)
        inner.paint(ellipse(500, 560, 92), lighter(look.second, 0.3))
        bean = turned(ellipse(500, 560, 40, 58), 28, (500, 560))
        inner.paint(bean, look.ink)
        inner.stroke(turned(path((500, 508), (480, 540, 520, 580, 500, 612)), 28, (500, 560)), 7, look.second)
        inner.paint(
            path((300, 800), (350, 700, 360, 560, 330, 420), (280, 420)), darker(look.ink), 0.12, blur=16
        )
        inner.paint(
            path((700, 800), (640, 700, 640, 560, 672, 420), (720, 420)), darker(look.ink), 0.3, blur=22
        )
        inner.paint(
            path((380, 300), (400, 340, 390, 380, 400, 420), (430, 420), (420, 360, 424, 330, 420, 300)),
            WHITE,
            0.35,
            blur=8,
        )
    canvas.paint(box(350, 256, 650, 312, 8), Blend((lighter(look.accent, 0.1), darker(look.accent, 0.2))))
    for x in range(360, 648, 12):
        canvas.stroke([(x, 262), (x, 306)], 2, darker(look.accent, 0.25))
    canvas.paint(box(336, 300, 664, 318, 8), darker(look.ink, 0.1))


@motif(stands=False, focus=(480, 620), zoom=1.9, frame=1.05)
def towel(canvas: Canvas, look: Look) -> None:
    """A tea towel hung over a wooden rail; `form` "pair" hangs two."""
    canvas.paint(box(120, 232, 880, 262, 14), (0, 0, 0), 0.22, blur=18)
    canvas.paint(box(120, 214, 880, 246, 14), Blend(((214, 172, 124), (160, 112, 72))))
    for knob in (120, 880):
        canvas.paint(ellipse(knob, 230, 26), Blend(((200, 156, 110), (142, 98, 62))))
    places = ((330, look.main), (640, look.second)) if look.form == "pair" else ((500, look.main),)
    half = 128 if look.form == "pair" else 190
    for cx, colour in places:
        cloth = path(
            (cx - half, 214),
            (cx + half, 214),
            (cx + half + 12, 500, cx + half - 12, 640, cx + half + 6, 800),
            (cx + half * 0.3, 816, cx - half * 0.3, 788, cx - half - 6, 806),
            (cx - half + 12, 600, cx - half - 10, 400, cx - half, 214),
        )
        canvas.drop_shadow(cloth, 16, 12)
        canvas.paint(cloth, colour)
        look.decorate(canvas, cloth, 76, colour)
        with canvas.inside(cloth) as inner:
            for share in (-0.55, 0.1, 0.62):
                x = cx + half * share
                fold = path(
                    (x, 214),
                    (x + 34, 420, x - 30, 600, x + 10, 820),
                    (x + 52, 820),
                    (x + 20, 600, x + 70, 420, x + 26, 214),
                )
                inner.paint(fold, look.ink, 0.16, blur=14)
                inner.paint(moved(fold, -44), WHITE, 0.16, blur=14)
            inner.paint(box(cx - half - 20, 206, cx + half + 20, 236), WHITE, 0.3, blur=8)
            inner.paint(box(cx - half - 20, 780, cx + half + 20, 786), mix(colour, look.ink, 0.3))


@motif(stands=False, focus=(520, 600), zoom=2.0, frame=1.15)
def board(canvas: Canvas, look: Look) -> None:
    """A wooden serving board with a lemon and a sprig on it; the pattern is dipped on its end."""
    wood = (203, 152, 104) if look.form != "walnut" else (122, 82, 58)
    plank = turned(box(330, 330, 670, 860, 60), 18)
    handle = turned(box(455, 130, 545, 380, 44), 18)
    for part in (handle, plank):
        canvas.drop_shadow(part, 18, 24)
    canvas.paint(handle, lit(wood, 0.1))
    canvas.paint(plank, Blend((lighter(wood, 0.14), wood, darker(wood, 0.08)), across=True))
    with canvas.inside(plank) as inner:
        for index in range(11):
            x = 338 + index * 33
            grain = turned(path((x, 320), (x + 22, 480, x - 26, 660, x + 12, 880)), 18)
            inner.stroke(grain, 3 + index % 3, mix(wood, darker(wood, 0.4), 0.35))
        dip = turned(box(320, 690, 680, 880), 18)
        inner.paint(dip, look.main)
        look.decorate(inner, dip, 60)
    canvas.paint(turned(ellipse(500, 180, 18), 18), darker(wood, 0.6))
    for x, y, size in ((470, 470, 74), (560, 550, 66)):
        canvas.paint(ellipse(x + 8, y + 12, size), (40, 26, 20), 0.3, blur=10)
        canvas.paint(ellipse(x, y, size), Blend(((250, 214, 92), (236, 180, 50))))
        canvas.paint(ellipse(x, y, size * 0.86), (255, 246, 206))
        for turn in range(8):
            wedge = [(x, y - 8), *arc(x, y, size * 0.74, size * 0.74, -105, -75), (x, y - 8)]
            canvas.paint(turned(wedge, 45 * turn, (x, y)), (248, 205, 88))


@motif(stands=True, focus=(500, 520), zoom=1.8, frame=1.1)
def bottle(canvas: Canvas, look: Look) -> None:
    """A steel water bottle; `form` "flask" has a cup lid, "slim" a loop, else a screw cap with a strap."""
    canvas.ground_shadow(500, 806, 250)
    half = 94 if look.form == "slim" else 122
    body = symmetric(
        path(
            (500, 330),
            (550, 330),
            (556, 380, 500 + half, 380, 500 + half, 450),
            (500 + half, 770),
            (500 + half, 804, 500 + half - 16, 808, 500 + half - 36, 808),
            (500, 808),
        )
    )
    ceramic(canvas, look, body, 76)
    canvas.paint(box(500 - half + 22, 440, 500 - half + 40, 760, 9), WHITE, 0.4, blur=6)
    canvas.paint(box(500 - half, 786, 500 + half, 792), darker(look.ink), 0.25)
    canvas.paint(box(446, 306, 554, 348, 6), round_body((200, 204, 208)))
    if look.form == "flask":
        canvas.paint(
            symmetric(path((500, 176), (566, 176), (584, 186), (590, 318), (500, 322))),
            round_body(look.second),
        )
        canvas.paint(ellipse(500, 180, 70, 12), lighter(look.second, 0.5))
        return
    canvas.stroke(arc(500, 240, 62, 66, 180, 360), 20, look.ink)
    canvas.stroke(arc(498, 238, 62, 66, 190, 350), 6, lighter(look.ink, 0.3))
    canvas.paint(box(432, 232, 568, 318, 14), round_body(look.accent))
    for x in range(446, 566, 14):
        canvas.stroke([(x, 250), (x, 308)], 2.5, darker(look.accent, 0.3))
