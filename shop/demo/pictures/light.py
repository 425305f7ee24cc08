"""Things that give light: lamps, candles, a lantern."""

from .canvas import Blend, Canvas
from .motifs import Look, ceramic, motif, round_body
from .palettes import WHITE, Colour, darker, lighter, mix
from .shapes import arc, box, ellipse, leaf, moved, path, symmetric, turned

BRASS: Colour = (206, 162, 88)
FLAME: Colour = (255, 196, 92)


def glow(canvas: Canvas, x: float, y: float, radius: float, strength: float = 0.5) -> None:
    for share, alpha in ((1.0, 0.35), (0.55, 0.5), (0.25, 0.6)):
        canvas.paint(
            ellipse(x, y, radius * share), (255, 226, 158), strength * alpha, blur=radius * share * 0.4
        )


@motif(stands=True, focus=(500, 380), zoom=1.7, frame=1.18)
def lamp(canvas: Canvas, look: Look) -> None:
    """A table lamp; `form` "mushroom" is one dome, "desk" has a jointed arm, else a fabric shade."""
    canvas.ground_shadow(500, 796, 300)
    {"mushroom": _mushroom, "desk": _desk_lamp}.get(look.form, _shade_lamp)(canvas, look)


def _mushroom(canvas: Canvas, look: Look) -> None:
    glow(canvas, 500, 540, 330)
    stem = symmetric(path((500, 480), (566, 480), (560, 640, 580, 740, 634, 792), (500, 800)))
    ceramic(canvas, look, stem, 60, look.second)
    canvas.paint(symmetric(path((500, 500), (566, 500), (562, 620), (500, 610))), FLAME, 0.5, blur=22)
    dome = symmetric(path((500, 230), (700, 230, 770, 400, 764, 520), (500, 546)))
    canvas.paint(dome, round_body(look.main))
    canvas.paint(ellipse(500, 524, 262, 26), Blend((lighter(look.main, 0.4), (255, 238, 196))))
    canvas.paint(ellipse(400, 340, 60, 44), WHITE, 0.35, blur=22)


def _desk_lamp(canvas: Canvas, look: Look) -> None:
    canvas.paint([(258, 420), (490, 530), (430, 792), (110, 792)], (255, 228, 156), 0.5, blur=22)
    canvas.paint(ellipse(280, 790, 190, 24), (255, 236, 178), 0.6, blur=14)
    canvas.paint([*arc(560, 770, 130, 24, 180, 360), *arc(560, 792, 130, 22, 0, 180)], round_body(look.main))
    for line in ([(560, 772), (690, 520)], [(690, 520), (440, 330)]):
        canvas.stroke(line, 20, darker(look.second, 0.22))
        canvas.stroke(moved(line, -3, -3), 8, lighter(look.second, 0.4))
    for x, y in ((560, 766), (690, 520), (440, 330)):
        canvas.paint(ellipse(x, y, 22), Blend((lighter(BRASS, 0.3), darker(BRASS, 0.2))))
    head = turned(
        symmetric(path((440, 290), (490, 300), (500, 360, 560, 400, 580, 480), (440, 500)), 440),
        28,
        (440, 340),
    )
    canvas.paint(head, round_body(look.main))
    canvas.paint(turned(ellipse(440, 484, 141, 24), 28, (440, 340)), (255, 240, 200))


def _shade_lamp(canvas: Canvas, look: Look) -> None:
    glow(canvas, 500, 430, 400)
    foot = symmetric(
        path(
            (500, 540), (530, 540), (530, 590, 620, 600, 620, 690), (620, 770, 570, 790, 560, 796), (500, 800)
        )
    )
    ceramic(canvas, look, foot, 60, look.main)
    shade = [(390, 240), (610, 240), (708, 552), (292, 552)]
    canvas.paint(shade, Blend((mix(look.second, FLAME, 0.1), mix(look.second, FLAME, 0.38))))
    if look.spec.pattern in ("stripes", "pinstripes", "bands", "scallops", "leaves", "grid"):
        look.decorate(canvas, shade, 64, look.second)
    canvas.paint(ellipse(500, 430, 70, 100), (255, 240, 196), 0.55, blur=50)
    canvas.shade(shade, (0.16, 0, 0, 0.02, 0.2))
    for y, half in ((240, 110), (552, 208)):
        canvas.stroke([(500 - half, y), (500 + half, y)], 10, look.accent)


@motif(stands=False, focus=(500, 560), zoom=1.8)
def pendant(canvas: Canvas, look: Look) -> None:
    """A pendant lamp hanging from the top edge."""
    glow(canvas, 500, 720, 380, 0.7)
    canvas.stroke([(500, -10), (500, 330)], 7, look.ink)
    canvas.paint(box(462, 300, 538, 372, 16), round_body(BRASS))
    dome = symmetric(path((500, 350), (600, 352), (760, 400, 820, 560, 826, 690), (500, 716)))
    ceramic(canvas, look, dome, 92)
    canvas.paint(ellipse(500, 692, 326, 32), Blend((lighter(look.second, 0.2), (255, 232, 178))))
    canvas.paint(ellipse(500, 700, 96, 40), round_body((255, 246, 220)))
    canvas.paint(ellipse(500, 720, 120, 60), (255, 240, 190), 0.7, blur=30)
    canvas.paint(ellipse(380, 470, 50, 66), WHITE, 0.26, blur=22)


def _flame(canvas: Canvas, x: float, y: float, size: float = 1) -> None:
    glow(canvas, x, y - 40 * size, 210 * size, 0.8)
    canvas.stroke([(x, y + 12), (x, y - 18 * size)], 5, (60, 46, 40))
    for share, colour in ((1.0, (250, 164, 64)), (0.62, (255, 226, 132)), (0.3, (255, 250, 224))):
        drop = symmetric(
            path(
                (x, y - 110 * size * share),
                (x + 14 * share, y - 70 * size * share, x + 44 * size * share, y - 30 * size * share, x, y),
            ),
            x,
        )
        canvas.paint(drop, colour)


@motif(stands=True, focus=(500, 560), zoom=1.8, frame=1.2)
def candle(canvas: Canvas, look: Look) -> None:
    """A candle; `form` "pillars" is a group of three, "taper" a pair in brass, else one in a glass."""
    {"pillars": _pillars, "taper": _tapers}.get(look.form, _glass_candle)(canvas, look)


def _glass_candle(canvas: Canvas, look: Look) -> None:
    canvas.ground_shadow(500, 790, 320)
    glass = [
        *arc(500, 420, 165, 22, 180, 0),
        *path((665, 420), (665, 740), (665, 790, 640, 792, 600, 794)),
        *path((400, 794), (360, 792, 335, 790, 335, 740)),
    ]
    canvas.paint(ellipse(500, 420, 165, 22), lighter(look.main, 0.5), 0.7)
    _flame(canvas, 500, 440)
    ceramic(canvas, look, glass, 66)
    canvas.paint(
        [*arc(500, 420, 165, 22, 0, 180), *arc(500, 470, 165, 22, 180, 0)], (255, 236, 190), 0.45, blur=10
    )
    canvas.stroke(arc(500, 420, 165, 22, 0, 180), 6, lighter(look.main, 0.6))
    label = box(410, 560, 590, 700, 10)
    canvas.paint(label, lighter(look.second, 0.3))
    canvas.trace(box(424, 574, 576, 686, 6), 3, look.accent)
    for dx in (-20, 0, 20):
        canvas.paint(leaf((500 + dx, 668), 72 - abs(dx), 24, dx * 1.2), look.accent)


def _pillars(canvas: Canvas, look: Look) -> None:
    for x, top, half, colour in (
        (360, 430, 82, look.main),
        (640, 530, 90, look.accent),
        (505, 610, 86, look.second),
    ):
        foot = 780 if x != 505 else 810
        canvas.ground_shadow(x, foot, half * 2)
        _flame(canvas, x, top - 2, 0.9)
        body = [*arc(x, top, half, 15, 180, 0), *arc(x, foot - 6, half, 15, 0, 180)]
        ceramic(canvas, look, body, 56, colour)
        canvas.paint(ellipse(x, top, half, 15), lighter(colour, 0.34))
        canvas.paint(ellipse(x, top + 2, half * 0.6, 8), (255, 232, 176))
        canvas.paint(box(x - half, top + 10, x + half, top + 60), (255, 226, 160), 0.3, blur=18)


def _tapers(canvas: Canvas, look: Look) -> None:
    for x, top, colour in ((395, 330, look.main), (605, 400, look.accent)):
        canvas.ground_shadow(x, 792, 190)
        _flame(canvas, x, top, 0.9)
        stick = symmetric(path((x, top), (x + 20, top), (x + 26, 650), (x, 650)), x)
        ceramic(canvas, look, stick, 50, colour)
        holder = symmetric(
            path(
                (x, 620),
                (x + 42, 620),
                (x + 38, 700, x + 16, 690, x + 16, 730),
                (x + 20, 770, x + 96, 770, x + 98, 796),
                (x, 800),
            ),
            x,
        )
        canvas.paint(holder, round_body(BRASS))


@motif(stands=True, focus=(500, 560), zoom=1.8, frame=1.05)
def lantern(canvas: Canvas, look: Look) -> None:
    """A camping lantern with a carrying loop."""
    canvas.ground_shadow(500, 792, 330)
    canvas.stroke(arc(500, 330, 150, 190, 180, 360), 14, look.ink)
    glow(canvas, 500, 540, 360, 0.9)
    glass = box(372, 400, 628, 690, 40)
    canvas.paint(glass, Blend(((255, 236, 190), (255, 214, 130), (255, 236, 190)), across=True))
    canvas.paint(ellipse(500, 560, 50, 90), (255, 252, 236), 0.9, blur=24)
    for x in (392, 464, 536, 608):
        canvas.stroke([(x, 400), (x, 690)], 8, darker(look.main, 0.3))
    cap = symmetric(path((500, 280), (560, 282), (580, 340, 640, 350, 652, 412), (500, 420)))
    ceramic(canvas, look, cap, 50)
    foot = symmetric(path((500, 670), (640, 670), (668, 780), (640, 796, 600, 798, 500, 798)))
    ceramic(canvas, look, foot, 50)
    canvas.paint(ellipse(500, 736, 26), round_body(look.accent))
    for degrees in range(0, 360, 45):
        notch = arc(500, 736, 18, 18, degrees, degrees)[0]
        canvas.paint(ellipse(*notch, 3), darker(look.accent, 0.4))
