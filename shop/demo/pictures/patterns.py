"""What decorates a surface: each pattern fills a rectangle of the sheet in up to three colours."""

from collections.abc import Callable
from dataclasses import dataclass
from math import pi, sin
from random import Random

from .canvas import Canvas
from .palettes import Colour, Palette, darker, lighter, luminance, mix
from .shapes import Outline, arc, bounds, box, ellipse, leaf, path, turned


@dataclass(frozen=True)
class Surface:
    """The rectangle to fill, the three colours to fill it with, and the size of one repeat."""

    left: float
    top: float
    right: float
    bottom: float
    colours: tuple[Colour, Colour, Colour]
    step: float
    chance: Random

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def rows(self, step: float) -> list[float]:
        return [self.top + step * index for index in range(int(self.height / step) + 2)]

    def columns(self, step: float) -> list[float]:
        return [self.left + step * index for index in range(int(self.width / step) + 2)]


Pattern = Callable[[Canvas, Surface], None]
PATTERNS: dict[str, Pattern] = {}


def decorate(
    canvas: Canvas,
    outline: Outline,
    pattern: str,
    palette: Palette,
    *,
    step: float = 60,
    seed: int = 0,
    base: Colour | None = None,
) -> None:
    """Lay a pattern over an outline that is already painted in `base`, by default the palette's main colour."""
    if pattern == "plain":
        return
    ground = palette.main if base is None else base
    first = palette.second if _apart(ground, palette.second) else palette.main
    third = palette.accent if _apart(ground, palette.accent) else lighter(ground, 0.35)
    colours = (first, third, mix(ground, first, 0.45))
    with canvas.inside(outline) as inner:
        chance = Random(f"{pattern}/{seed}")  # noqa: S311 - for variety, not for secrets
        PATTERNS[pattern](inner, Surface(*bounds(outline), colours, step, chance))


def _apart(one: Colour, other: Colour) -> bool:
    return (
        abs(luminance(one) - luminance(other)) > 0.12
        or max(abs(a - b) for a, b in zip(one, other, strict=True)) > 70
    )


def pattern(draw: Pattern) -> Pattern:
    PATTERNS[draw.__name__] = draw
    return draw


@pattern
def plain(canvas: Canvas, surface: Surface) -> None:
    """Leave the surface as it is."""


@pattern
def stripes(canvas: Canvas, surface: Surface) -> None:
    for y in surface.rows(surface.step):
        canvas.paint(box(surface.left, y, surface.right, y + surface.step * 0.42), surface.colours[0])


@pattern
def pinstripes(canvas: Canvas, surface: Surface) -> None:
    for x in surface.columns(surface.step * 0.5):
        canvas.paint(box(x, surface.top, x + surface.step * 0.09, surface.bottom), surface.colours[0])


@pattern
def bands(canvas: Canvas, surface: Surface) -> None:
    """Three bands of different weight across the middle."""
    unit = surface.height / 20
    for start, size, colour in ((7, 3.2, 0), (11, 1.6, 1), (13.4, 0.7, 0)):
        top = surface.top + start * unit
        canvas.paint(box(surface.left, top, surface.right, top + size * unit), surface.colours[colour])


@pattern
def blocks(canvas: Canvas, surface: Surface) -> None:
    """Lower half in another colour, with a thin line where they meet."""
    edge = surface.top + surface.height * 0.56
    canvas.paint(box(surface.left, edge, surface.right, surface.bottom), surface.colours[0])
    canvas.paint(box(surface.left, edge - 8, surface.right, edge), surface.colours[1])


@pattern
def dots(canvas: Canvas, surface: Surface) -> None:
    for row, y in enumerate(surface.rows(surface.step * 0.75)):
        for x in surface.columns(surface.step):
            shift = surface.step / 2 if row % 2 else 0
            canvas.paint(ellipse(x + shift, y, surface.step * 0.17), surface.colours[0])


@pattern
def waves(canvas: Canvas, surface: Surface) -> None:
    step = surface.step
    for row, y in enumerate(surface.rows(step * 0.62)):
        xs = [surface.left - step + step / 8 * i for i in range(int(surface.width / step * 8) + 24)]
        line = [(x, y + step * 0.16 * sin(x / step * 2 * pi + row * 0.6)) for x in xs]
        canvas.stroke(line, step * 0.1, surface.colours[1 if row % 4 == 3 else 0])


@pattern
def terrazzo(canvas: Canvas, surface: Surface) -> None:
    chance = surface.chance
    for x in surface.columns(surface.step * 0.62):
        for y in surface.rows(surface.step * 0.62):
            size = surface.step * chance.uniform(0.1, 0.3)
            cx, cy = (
                x + chance.uniform(-0.3, 0.3) * surface.step,
                y + chance.uniform(-0.3, 0.3) * surface.step,
            )
            corners = sorted(chance.uniform(0, 360) for _ in range(chance.choice((4, 5, 6))))
            chip = [arc(cx, cy, size, size * 0.8, angle, angle)[0] for angle in corners]
            canvas.paint(chip, chance.choice(surface.colours))


@pattern
def grid(canvas: Canvas, surface: Surface) -> None:
    thin = surface.step * 0.05
    for x in surface.columns(surface.step * 0.7):
        canvas.paint(box(x, surface.top, x + thin, surface.bottom), surface.colours[0])
    for y in surface.rows(surface.step * 0.7):
        canvas.paint(box(surface.left, y, surface.right, y + thin), surface.colours[0])


@pattern
def gingham(canvas: Canvas, surface: Surface) -> None:
    half = surface.step * 0.5
    for x in surface.columns(surface.step):
        canvas.paint(box(x, surface.top, x + half, surface.bottom), surface.colours[0], alpha=0.55)
    for y in surface.rows(surface.step):
        canvas.paint(box(surface.left, y, surface.right, y + half), surface.colours[0], alpha=0.55)


@pattern
def plaid(canvas: Canvas, surface: Surface) -> None:
    step = surface.step * 1.6
    for share, width, colour in ((0.1, 0.34, 0), (0.62, 0.1, 1), (0.8, 0.04, 0)):
        for x in surface.columns(step):
            left = x + share * step
            canvas.paint(
                box(left, surface.top, left + width * step, surface.bottom), surface.colours[colour], 0.5
            )
        for y in surface.rows(step):
            top = y + share * step
            canvas.paint(
                box(surface.left, top, surface.right, top + width * step), surface.colours[colour], 0.5
            )


@pattern
def chevron(canvas: Canvas, surface: Surface) -> None:
    step = surface.step
    for row, y in enumerate(surface.rows(step * 0.7)):
        line = [
            (surface.left + i * step / 2, y + (step * 0.28 if i % 2 else 0))
            for i in range(int(surface.width / step * 2) + 3)
        ]
        canvas.stroke(line, step * 0.13, surface.colours[row % 3 == 2])


@pattern
def diamonds(canvas: Canvas, surface: Surface) -> None:
    step = surface.step
    for row, y in enumerate(surface.rows(step * 0.8)):
        for x in surface.columns(step):
            cx = x + (step / 2 if row % 2 else 0)
            size = step * 0.3
            canvas.paint(
                [(cx, y - size), (cx + size, y), (cx, y + size), (cx - size, y)], surface.colours[row % 2]
            )


@pattern
def scallops(canvas: Canvas, surface: Surface) -> None:
    """Fish scales, drawn from the bottom up so that each row laps over the one below."""
    step = surface.step
    for row, y in reversed(list(enumerate(surface.rows(step * 0.5)))):
        for x in surface.columns(step):
            cx = x + (step / 2 if row % 2 else 0)
            for size, colour in (
                (0.5, surface.colours[0]),
                (0.42, surface.colours[2]),
                (0.2, surface.colours[1]),
            ):
                canvas.paint(ellipse(cx, y, step * size), colour)


@pattern
def leaves(canvas: Canvas, surface: Surface) -> None:
    chance, step = surface.chance, surface.step
    for row, y in enumerate(surface.rows(step)):
        for x in surface.columns(step):
            base = (x + (step / 2 if row % 2 else 0), y + step * 0.4)
            lean = chance.choice((-30, -10, 12, 34))
            colour = surface.colours[chance.choice((0, 0, 1))]
            canvas.stroke(
                [base, turned([(base[0], base[1] - step * 0.6)], lean, base)[0]], step * 0.04, colour
            )
            for side in (-48, 48):
                canvas.paint(
                    leaf((base[0], base[1] - step * 0.12), step * 0.38, step * 0.17, lean + side), colour
                )
            canvas.paint(leaf((base[0], base[1] - step * 0.3), step * 0.4, step * 0.18, lean), colour)


@pattern
def blooms(canvas: Canvas, surface: Surface) -> None:
    chance, step = surface.chance, surface.step
    for row, y in enumerate(surface.rows(step * 0.85)):
        for x in surface.columns(step):
            centre = (x + (step / 2 if row % 2 else 0) + chance.uniform(-6, 6), y + chance.uniform(-6, 6))
            turn = chance.uniform(0, 72)
            for petal in range(5):
                shape = leaf(centre, step * 0.32, step * 0.24, turn + 72 * petal)
                canvas.paint(shape, surface.colours[0])
            canvas.paint(ellipse(*centre, step * 0.09), surface.colours[1])


@pattern
def confetti(canvas: Canvas, surface: Surface) -> None:
    chance, step = surface.chance, surface.step
    for x in surface.columns(step * 0.6):
        for y in surface.rows(step * 0.6):
            cx, cy = x + chance.uniform(-0.2, 0.2) * step, y + chance.uniform(-0.2, 0.2) * step
            bar = box(cx - step * 0.17, cy - step * 0.05, cx + step * 0.17, cy + step * 0.05, step * 0.05)
            canvas.paint(turned(bar, chance.uniform(0, 180), (cx, cy)), chance.choice(surface.colours))


@pattern
def speckle(canvas: Canvas, surface: Surface) -> None:
    chance = surface.chance
    for _ in range(int(surface.width * surface.height / 520)):
        spot = (chance.uniform(surface.left, surface.right), chance.uniform(surface.top, surface.bottom))
        canvas.paint(ellipse(*spot, chance.choice((1.4, 2.0, 3.2))), surface.colours[1], 0.7)


@pattern
def arches(canvas: Canvas, surface: Surface) -> None:
    step = surface.step * 1.3
    for row, y in enumerate(surface.rows(step * 0.72)):
        for column, x in enumerate(surface.columns(step)):
            for size, index in ((0.44, 0), (0.31, 2), (0.18, 1)):
                cx = x + step / 2
                arch = [*arc(cx, y + step * 0.4, step * size, step * size, 180, 360)]
                canvas.paint(arch, surface.colours[(index + row + column) % 3])


@pattern
def sunrise(canvas: Canvas, surface: Surface) -> None:
    """One sun over three hills, filling the whole surface."""
    left, width, top, height = surface.left, surface.width, surface.top, surface.height
    one, sun, soft = surface.colours
    canvas.paint(box(left, top, surface.right, surface.bottom), lighter(one, 0.15))
    canvas.paint(ellipse(left + width * 0.58, top + height * 0.4, min(width, height) * 0.2), sun)
    for share, colour in ((0.5, soft), (0.64, mix(soft, sun, 0.35)), (0.8, mix(soft, (20, 40, 50), 0.55))):
        y, swing = top + height * share, height * (0.14 if share < 0.7 else -0.1)
        hill = path(
            (left, y),
            (
                left + width * 0.3,
                y - swing * 1.6,
                left + width * 0.6,
                y + swing,
                surface.right,
                y - swing * 0.5,
            ),
            (surface.right, surface.bottom),
            (left, surface.bottom),
        )
        canvas.paint(hill, colour)


@pattern
def peaks(canvas: Canvas, surface: Surface) -> None:
    """Mountains with a moon."""
    left, width, top, height = surface.left, surface.width, surface.top, surface.height
    one, sun, soft = surface.colours
    canvas.paint(ellipse(left + width * 0.68, top + height * 0.24, width * 0.1), sun)
    for cx, peak, colour in (
        (0.3, 0.34, soft),
        (0.78, 0.42, mix(soft, one, 0.4)),
        (0.52, 0.5, darker(one, 0.35)),
    ):
        x, y = left + width * cx, top + height * peak
        spread = width * 0.55
        canvas.paint([(x, y), (x + spread, surface.bottom), (x - spread, surface.bottom)], colour)
        cap = height * 0.07
        slope = spread / (surface.bottom - y)
        canvas.paint(
            [
                (x, y),
                (x + cap * slope, y + cap),
                (x + cap * slope * 0.3, y + cap * 0.7),
                (x, y + cap * 1.2),
                (x - cap * slope * 0.4, y + cap * 0.75),
                (x - cap * slope, y + cap),
            ],
            one if colour == soft else lighter(one, 0.55),
        )
