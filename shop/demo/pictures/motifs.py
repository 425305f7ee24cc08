"""The register of motifs: what can be drawn, where it stands, and where its detail view looks."""

from collections.abc import Callable
from dataclasses import dataclass

from .canvas import Blend, Canvas
from .palettes import PALETTES, Colour, Palette, darker, lighter
from .patterns import decorate
from .shapes import Outline, Point
from .spec import PictureSpec


class Look:
    """What a motif needs to know about the product it draws."""

    def __init__(self, spec: PictureSpec):
        self.spec = spec
        self.palette: Palette = PALETTES[spec.palette]
        self.form = spec.form
        self.main: Colour = self.palette.main
        self.second: Colour = self.palette.second
        self.accent: Colour = self.palette.accent
        self.ink: Colour = self.palette.ink

    def decorate(self, canvas: Canvas, outline: Outline, step: float, base: Colour | None = None) -> None:
        """Lay the product's own pattern over a part of it that is painted in `base` (default: main)."""
        spec = self.spec
        decorate(canvas, outline, spec.pattern, self.palette, step=step, seed=spec.seed, base=base)


Draw = Callable[[Canvas, Look], None]


@dataclass(frozen=True)
class Motif:
    """`stands` in a room or lies flat; `frame` enlarges small things; `focus` and `zoom` make the detail view."""

    draw: Draw
    stands: bool
    focus: Point
    zoom: float
    frame: float


MOTIFS: dict[str, Motif] = {}


def motif(*, stands: bool, focus: Point, zoom: float = 2.0, frame: float = 1.0) -> Callable[[Draw], Draw]:
    """Sign a drawing function up under its own name."""

    def register(draw: Draw) -> Draw:
        MOTIFS[draw.__name__] = Motif(draw, stands, focus, zoom, frame)
        return draw

    return register


def round_body(colour: Colour) -> Blend:
    """Light falling from the left on something round: an edge, a bright side, the colour, a dark side."""
    stops = (
        darker(colour, 0.1),
        lighter(colour, 0.16),
        lighter(colour, 0.05),
        colour,
        darker(colour, 0.14),
        darker(colour, 0.3),
        darker(colour, 0.22),
    )
    return Blend(stops, across=True)


def lit(colour: Colour, strength: float = 0.1) -> Blend:
    """Light falling from above on something flat."""
    return Blend((lighter(colour, strength), colour, darker(colour, strength)))


ROUND_SHADE = (0.08, 0.0, 0.0, 0.0, 0.05, 0.14, 0.28, 0.2)
ROUND_SHINE = (0.0, 0.1, 0.24, 0.1, 0.0, 0.0, 0.0, 0.0)


def ceramic(canvas: Canvas, look: Look, outline: Outline, step: float, colour: Colour | None = None) -> None:
    """Fill a thrown shape: colour, pattern, then the light that falls on both."""
    base = colour or look.main
    canvas.paint(outline, base)
    look.decorate(canvas, outline, step, base)
    canvas.shade(outline, ROUND_SHADE)
    canvas.shine(outline, ROUND_SHINE)
    canvas.shade(outline, (0, 0, 0, 0.12), across=False)
