"""Drawn pictures for the demo shop: `draw` turns a PictureSpec into the same Pillow image every time."""

from PIL import Image

from . import desk, games, kitchen, light, plants, soft, wall, wear  # noqa: F401 - each signs its motifs up
from .canvas import Blend, Canvas
from .motifs import MOTIFS, Look, Motif
from .palettes import PALETTES, SHADE, WHITE, Colour, darker, lighter, mix
from .patterns import PATTERNS
from .shapes import Point, box, ellipse
from .spec import PictureSpec

UNITS = 1000
SMALL = 600  # pixels; below it a line is so thin that it needs finer sampling
STANDING_MIDDLE = (500.0, 570.0)
LYING_MIDDLE = (500.0, 500.0)
VIEWS = 3  # 0 the whole object, 1 a detail, 2 the whole object before another colour

__all__ = ["MOTIFS", "PALETTES", "PATTERNS", "VIEWS", "PictureSpec", "draw"]


def draw(spec: PictureSpec, *, size: tuple[int, int] = (1200, 1200), view: int = 0) -> Image.Image:
    """Draw one view (0 to 2) of a product, larger than wanted, and bring it down.

    Raises KeyError for an unknown motif, palette or pattern, ValueError for an unknown view.
    """
    if view not in range(VIEWS):
        raise ValueError(f"There is no view {view}; views are 0 to {VIEWS - 1}.")
    look, chosen = Look(spec), MOTIFS[spec.motif]
    oversampling = 2 if min(size) >= SMALL else 4
    width, height = size[0] * oversampling, size[1] * oversampling
    image = Image.new("RGB", (width, height), look.palette.wall)
    if view == 1:
        zoom, focus = chosen.zoom * chosen.frame, chosen.focus
    else:
        zoom, focus = chosen.frame, _middle(chosen)
    scale = min(width, height) / UNITS * zoom
    origin = (focus[0] - width / scale / 2, focus[1] - height / scale / 2)
    canvas = Canvas(image, scale, origin)
    _room(canvas, look, chosen.stands, view)
    chosen.draw(canvas, look)
    return image.resize(size, Image.Resampling.LANCZOS)


def _middle(chosen: Motif) -> Point:
    """Centre an enlarged thing that stands on itself rather than on the wall above it."""
    return STANDING_MIDDLE if chosen.stands and chosen.frame > 1 else LYING_MIDDLE


def _room(canvas: Canvas, look: Look, stands: bool, view: int) -> None:
    """Paint what is behind and under the object: wall and floor, or one lit ground."""
    back, floor = _colours(look, view)
    left = canvas.origin[0]
    right, bottom = (
        left + canvas.image.width / canvas.scale,
        canvas.origin[1] + canvas.image.height / canvas.scale,
    )
    canvas.fill(Blend((lighter(back, 0.18), back, mix(back, floor, 0.55))))
    if view == 2:
        canvas.paint(ellipse(500, 500, 372), Blend((lighter(back, 0.5), lighter(back, 0.2))))
    elif stands:
        canvas.paint(ellipse(400, 380, 330, 300), WHITE, 0.3, blur=130)
    else:
        canvas.paint(ellipse(380, 340, 420, 380), WHITE, 0.34, blur=150)
    if stands:
        canvas.paint(
            box(left, 706, right, max(bottom, 707)), Blend((lighter(floor, 0.1), floor, darker(floor, 0.06)))
        )
        canvas.paint(box(left, 700, right, 712), SHADE, 0.08, blur=6)


def _colours(look: Look, view: int) -> tuple[Colour, Colour]:
    palette = look.palette
    if view != 2:
        return palette.wall, palette.floor
    return mix(palette.accent, WHITE, 0.62), mix(palette.accent, WHITE, 0.42)
