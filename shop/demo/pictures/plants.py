"""Plants in pots, and a vase."""

from .canvas import Blend, Canvas
from .motifs import Look, ceramic, motif, round_body
from .palettes import Colour, darker, lighter, mix
from .shapes import Outline, box, ellipse, leaf, moved, path, symmetric, turned

GREEN: Colour = (62, 122, 84)


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
    canvas.paint(ellipse(500, 794, 176, 22), round_body(darker(look.main, 0.34)))
    canvas.paint(ellipse(500, 788, 176, 20), round_body(darker(look.main, 0.12)))
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
