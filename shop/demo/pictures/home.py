"""Things for the living room: plants, light and time."""

from math import cos, pi, sin

from .canvas import Blend, Canvas
from .kitchen import ceramic
from .motifs import Look, motif, round_body
from .palettes import WHITE, Colour, darker, lighter, mix
from .shapes import Outline, arc, box, ellipse, leaf, moved, path, symmetric, turned

GREEN: Colour = (62, 122, 84)
BRASS: Colour = (206, 162, 88)
FLAME: Colour = (255, 196, 92)


def foliage(canvas: Canvas, shape: Outline, vein: tuple[Outline, float], colour: Colour) -> None:
    """One leaf: two-tone with a vein."""
    canvas.paint(shape, Blend((lighter(colour, 0.18), darker(colour, 0.16))))
    line, width = vein
    canvas.stroke(line, width, lighter(colour, 0.38))


def upright_leaf(
    canvas: Canvas, base: tuple[float, float], length: float, width: float, lean: float, tint: float
) -> None:
    colour = mix(GREEN, (150, 178, 96), tint)
    tip = turned([(base[0], base[1] - length * 0.86)], lean, base)[0]
    foliage(canvas, leaf(base, length, width, lean), ([base, tip], 4), colour)


def _monstera(canvas: Canvas) -> None:
    for x, y, size, lean, tint in (
        (330, 330, 122, -34, 0.1),
        (664, 316, 128, 30, 0.25),
        (500, 214, 132, -4, 0.4),
        (400, 460, 86, -58, 0.5),
        (610, 468, 84, 56, 0.05),
    ):
        canvas.stroke(path((500, 610), (500, 520, x, y + size, x, y + size * 0.3)), 9, darker(GREEN, 0.3))
        colour = mix(GREEN, (150, 178, 96), tint)
        heart = turned(
            symmetric(
                path(
                    (x, y + size * 0.5),
                    (
                        x + size * 0.5,
                        y + size * 1.0,
                        x + size * 1.25,
                        y + size * 0.2,
                        x + size * 0.7,
                        y - size * 0.4,
                    ),
                    (x + size * 0.4, y - size * 0.8, x, y - size),
                ),
                x,
            ),
            lean,
            (x, y),
        )
        with canvas.inside(heart) as inner:
            inner.paint(heart, Blend((lighter(colour, 0.16), darker(colour, 0.14))))
            inner.paint(
                turned(box(x, y - size * 1.2, x + size * 1.3, y + size * 1.2), lean, (x, y)),
                darker(colour),
                0.3,
            )
        canvas.stroke(
            turned([(x, y + size * 0.5), (x, y - size * 0.75)], lean, (x, y)), 5, lighter(colour, 0.36)
        )
        for share in (-0.3, 0.0, 0.3):
            for side in (-1, 1):
                vein = [(x, y + size * share), (x + side * size * 0.55, y + size * (share - 0.28))]
                canvas.stroke(turned(vein, lean, (x, y)), 3, lighter(colour, 0.3))


def _snake_plant(canvas: Canvas) -> None:
    for x, length, lean, tint in (
        (430, 330, -15, 0.1),
        (570, 350, 14, 0.2),
        (470, 420, -5, 0.35),
        (535, 390, 6, 0.5),
        (500, 290, 1, 0.7),
    ):
        base = (x, 620)
        colour = mix(GREEN, (150, 178, 96), tint)
        blade = leaf(base, length, 74, lean)
        canvas.paint(blade, (216, 205, 120))
        core = leaf(base, length * 0.96, 50, lean)
        canvas.paint(core, Blend((lighter(colour, 0.1), darker(colour, 0.2))))
        with canvas.inside(core) as inner:
            for step in range(6, int(length), 34):
                y = base[1] - step
                wave = turned(path((x - 40, y), (x - 16, y - 18, x + 16, y + 14, x + 40, y)), lean, base)
                inner.stroke(wave, 6, lighter(colour, 0.3))


def _trailing(canvas: Canvas) -> None:
    for side in (-1, 1):
        for reach, drop, tint in ((210, 130, 0.2), (150, 60, 0.45), (250, -20, 0.1), (90, 170, 0.6)):
            x = 500 + side * reach
            vine = path((500 + side * 40, 590), (500 + side * reach * 0.6, 480, x, 500, x, 590 + drop))
            canvas.stroke(vine, 5, darker(GREEN, 0.1))
            for index in range(4, len(vine), 6):
                upright_leaf(
                    canvas, vine[index], 66, 48, side * (70 + index * 4) + (40 if index % 4 else -30), tint
                )
    for lean in (-52, -26, 0, 26, 52):
        upright_leaf(canvas, (500 + lean, 590), 190 - abs(lean), 84, lean, 0.3 + lean / 160)


def _cactus(canvas: Canvas) -> None:
    body = box(430, 270, 570, 640, 70)
    arms = (
        path((430, 520), (330, 520, 330, 500, 330, 420)),
        path((570, 470), (664, 470, 664, 440, 664, 370)),
    )
    for arm in arms:
        canvas.stroke(arm, 64, darker(GREEN, 0.1))
        canvas.stroke(moved(arm, -8, -6), 26, lighter(GREEN, 0.12))
    canvas.paint(body, round_body(GREEN))
    with canvas.inside(body) as inner:
        for x in (462, 500, 538):
            inner.stroke([(x, 270), (x, 640)], 4, darker(GREEN, 0.3))
            for y in range(300, 640, 36):
                inner.stroke([(x - 8, y - 8), (x + 8, y + 8)], 3, (238, 232, 200))
                inner.stroke([(x + 8, y - 8), (x - 8, y + 8)], 3, (238, 232, 200))
    for turn in range(0, 360, 60):
        canvas.paint(leaf((500, 270), 44, 30, turn), (238, 120, 140))
    canvas.paint(ellipse(500, 270, 13), (252, 214, 110))


PLANTS = {"monstera": _monstera, "snake": _snake_plant, "trailing": _trailing, "cactus": _cactus}


@motif(stands=True, focus=(500, 660), zoom=1.8)
def pot(canvas: Canvas, look: Look) -> None:
    """A plant pot on a saucer; `form` names the plant in it."""
    canvas.ground_shadow(500, 800, 330)
    canvas.paint(
        [*arc(500, 786, 176, 18, 180, 360), *arc(500, 800, 166, 16, 0, 180)],
        round_body(darker(look.main, 0.2)),
    )
    PLANTS[look.form or "monstera"](canvas)
    body = symmetric(path((500, 590), (652, 590), (646, 700, 634, 740, 612, 786), (500, 794)))
    ceramic(canvas, look, body, 70)
    rim = box(332, 562, 668, 622, 18)
    canvas.paint(rim, round_body(lighter(look.main, 0.06)))
    canvas.paint(box(345, 620, 655, 646), darker(look.ink), 0.24, blur=8)


@motif(stands=True, focus=(500, 640), zoom=1.9)
def vase(canvas: Canvas, look: Look) -> None:
    """A vase of dried stems; `form` "slim" is a bottle vase."""
    canvas.ground_shadow(500, 788, 260)
    for lean, length, colour in (
        (-24, 330, look.accent),
        (18, 380, look.main),
        (-6, 430, look.accent),
        (34, 300, look.main),
    ):
        base = (500, 500)
        tip = turned([(500, 500 - length)], lean, base)[0]
        canvas.stroke(path((500, 560), (500, 420, tip[0], tip[1] + 120, *tip)), 5, (150, 120, 84))
        tint = lighter(colour, 0.25)
        for step in range(7):
            spot = turned([(500, 500 - length + step * 26)], lean * (1 - step * 0.02), base)[0]
            for side in (-42, 42):
                canvas.paint(leaf(spot, 44 - step * 2, 24, lean + side), mix(tint, colour, step / 7))
        canvas.paint(leaf(tip, 46, 24, lean), tint)
    if look.form == "slim":
        half = path(
            (500, 430), (540, 430), (544, 560, 560, 560, 604, 620), (640, 680, 630, 760, 580, 788), (500, 788)
        )
    else:
        half = path(
            (500, 450), (566, 450), (566, 500, 550, 500, 610, 540), (690, 600, 680, 740, 590, 788), (500, 790)
        )
    width = half[1][0] - 500
    body = symmetric(half)
    ceramic(canvas, look, body, 66)
    canvas.paint(ellipse(500, half[0][1], width, width * 0.2), darker(look.main, 0.5))
    canvas.stroke(ellipse(500, half[0][1], width, width * 0.2), 6, lighter(look.main, 0.3))


@motif(stands=False, focus=(560, 420), zoom=2.0, frame=1.15)
def clock(canvas: Canvas, look: Look) -> None:
    """A wall clock at ten past ten."""
    face = ellipse(500, 500, 300)
    canvas.drop_shadow(face, 24, 38, 0.4)
    canvas.paint(face, Blend((lighter(look.main, 0.2), darker(look.main, 0.22))))
    dial = ellipse(500, 500, 262)
    canvas.paint(dial, Blend((look.second, lighter(look.second, 0.5))))
    look.decorate(canvas, ellipse(500, 500, 262), 90, look.second)
    if look.spec.pattern != "plain":
        canvas.paint(ellipse(500, 500, 176), Blend((look.second, lighter(look.second, 0.4))))
    canvas.shade(dial, (0.2, 0.04, 0, 0, 0), across=False)
    for hour in range(60):
        inner, width = (228, 13) if hour % 15 == 0 else (236, 8) if hour % 5 == 0 else (248, 3)
        mark = [(500, 500 - inner), (500, 500 - 252)]
        canvas.stroke(turned(mark, hour * 6), width, look.ink)
    for degrees, length, width, colour in (
        (-56, 140, 20, look.ink),
        (62, 206, 14, look.ink),
        (196, 220, 6, look.accent),
    ):
        hand = turned([(500, 530), (500, 500 - length)], degrees)
        canvas.paint(moved([*hand, *reversed(moved(hand, width))], 2, 12), look.ink, 0.25, blur=6)
        canvas.stroke(hand, width, colour)
    canvas.paint(ellipse(500, 500, 22), look.accent)
    canvas.paint(ellipse(500, 500, 8), look.second)


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
    canvas.paint([*arc(560, 770, 130, 24, 180, 360), *arc(560, 792, 130, 22, 0, 180)], round_body(look.main))
    for line in ([(560, 772), (690, 520)], [(690, 520), (440, 330)]):
        canvas.stroke(line, 20, darker(look.second, 0.22))
        canvas.stroke(moved(line, -3, -3), 8, lighter(look.second, 0.4))
    for x, y in ((560, 766), (690, 520), (440, 330)):
        canvas.paint(ellipse(x, y, 22), Blend((lighter(BRASS, 0.3), darker(BRASS, 0.2))))
    cone = [(330, 560), (260, 760), (530, 760), (400, 560)]
    canvas.paint(moved(cone, 0, -30), (255, 226, 150), 0.5, blur=44)
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


@motif(stands=True, focus=(500, 560), zoom=1.8, frame=1.12)
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
        x, y = 500 + 18 * cos(degrees * pi / 180), 736 + 18 * sin(degrees * pi / 180)
        canvas.paint(ellipse(x, y, 3), darker(look.accent, 0.4))
