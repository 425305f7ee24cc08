"""A sheet to paint on with vector-like shapes: solid, blended, translucent, blurred, or cut to an outline.

Shapes are given in the 1000 by 1000 units of `shapes`; the canvas turns them into pixels. Every act touches
only the pixels inside the shape's own rectangle, which is what keeps a 2400 pixel sheet fast.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil, floor

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from .palettes import SHADE, WHITE, Colour, mix
from .shapes import Outline, Point, bounds, ellipse, moved

BLUR_PIXELS = 4  # a blur is made on a sheet so small that it is this wide there
BLEND_STEPS = 96
THICK_PIXELS = 24


@dataclass(frozen=True)
class Blend:
    """Colours that run into one another, from top to bottom or, if `across`, from left to right."""

    stops: tuple[Colour, ...]
    across: bool = False


Paint = Colour | Blend
PixelBox = tuple[int, int, int, int]


class Canvas:
    """`scale` is pixels per unit, `origin` the point of the sheet that lies on the first pixel."""

    def __init__(self, image: Image.Image, scale: float, origin: Point = (0, 0)):
        self.image = image
        self.scale = scale
        self.origin = origin
        self._pen = ImageDraw.Draw(image)

    def paint(self, outline: Outline, paint: Paint, alpha: float = 1, blur: float = 0) -> None:
        """Fill an outline; `blur` softens its edge by that many units."""
        if blur:
            self._paint_blurred(outline, paint, alpha, blur)
        elif alpha == 1 and not isinstance(paint, Blend):
            self._pen.polygon(self._pixels(outline), fill=paint)
        elif visible := self._visible(self._pixel_box(outline)):
            mask = self._mask(outline, visible)
            self._lay(paint, mask if alpha == 1 else mask.point(_faded(alpha)), visible, outline)

    def fill(self, blend: Blend) -> None:
        """Cover the whole sheet."""
        (left, top), right = self.origin, self.origin[0] + self.image.width / self.scale
        bottom = top + self.image.height / self.scale
        whole = (0, 0, *self.image.size)
        self.image.paste(self._blend(blend, whole, [(left, top), (right, bottom)]))

    def shade(
        self, outline: Outline, darkness: Sequence[float], colour: Colour = SHADE, across: bool = True
    ) -> None:
        """Darken an outline by shares that run from left to right, or from top to bottom."""
        if visible := self._visible(self._pixel_box(outline)):
            levels = Blend(tuple((round(255 * share),) * 3 for share in darkness), across)
            veil = self._blend(levels, visible, outline).getchannel(0)
            self._lay(colour, ImageChops.multiply(self._mask(outline, visible), veil), visible, outline)

    def shine(self, outline: Outline, brightness: Sequence[float], across: bool = True) -> None:
        self.shade(outline, brightness, WHITE, across)

    def stroke(self, points: Outline, width: float, colour: Colour) -> None:
        """Draw a line with round ends and joints."""
        pixels = self._pixels(points)
        thick = max(1, round(width * self.scale))
        self._pen.line(pixels, fill=colour, width=thick, joint="curve")
        if thick > 3:
            radius = thick / 2
            # Pillow leaves slits in the outer side of a thick bend, so each of its points gets a disc.
            for x, y in pixels if thick > THICK_PIXELS else (pixels[0], pixels[-1]):
                self._pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    def trace(self, outline: Outline, width: float, colour: Colour) -> None:
        """Draw a line all around an outline."""
        self.stroke([*outline, outline[0]], width, colour)

    def write(self, word: str, middle: Point, height: float, colour: Colour) -> None:
        """Set one word around `middle` in the typeface that Pillow carries."""
        font = ImageFont.load_default(round(height * self.scale))
        self._pen.text(self._pixels([middle])[0], word, fill=colour, font=font, anchor="mm")

    def drop_shadow(self, outline: Outline, dx: float = 14, dy: float = 22, strength: float = 0.3) -> None:
        """Let something that lies flat throw its shadow on the ground."""
        self.paint(moved(outline, dx, dy), SHADE, strength * 0.6, blur=26)
        self.paint(moved(outline, dx * 0.25, dy * 0.25), SHADE, strength * 0.6, blur=7)

    def ground_shadow(self, cx: float, y: float, width: float, strength: float = 0.36) -> None:
        """Let something that stands throw a shadow around its foot and away from the light."""
        self.paint(
            ellipse(cx + width * 0.22, y + 4, width * 0.72, width * 0.13), SHADE, strength * 0.55, blur=24
        )
        self.paint(ellipse(cx, y, width * 0.5, max(9, width * 0.045)), SHADE, strength, blur=8)

    @contextmanager
    def inside(self, outline: Outline) -> Iterator["Canvas"]:
        """Give a canvas whose strokes are cut off at the outline."""
        visible = self._visible(self._pixel_box(outline))
        if visible is None:
            yield Canvas(Image.new("RGB", (1, 1)), self.scale, self.origin)
            return
        left, top, _, _ = visible
        origin = (self.origin[0] + left / self.scale, self.origin[1] + top / self.scale)
        inner = Canvas(self.image.crop(visible), self.scale, origin)
        yield inner
        self.image.paste(inner.image, visible, self._mask(outline, visible))

    def _paint_blurred(self, outline: Outline, paint: Paint, alpha: float, blur: float) -> None:
        margin = ceil(3 * blur * self.scale)
        x1, y1, x2, y2 = self._pixel_box(outline)
        whole = (x1 - margin, y1 - margin, x2 + margin, y2 + margin)
        visible = self._visible(whole)
        if visible is None:
            return
        shrink = max(1.0, blur * self.scale / BLUR_PIXELS)
        size = (ceil((whole[2] - whole[0]) / shrink), ceil((whole[3] - whole[1]) / shrink))
        small = Image.new("L", size)
        spots = [((x - whole[0]) / shrink, (y - whole[1]) / shrink) for x, y in self._pixels(outline)]
        ImageDraw.Draw(small).polygon(spots, fill=round(255 * alpha))
        small = small.filter(ImageFilter.GaussianBlur(blur * self.scale / shrink))
        left, top, right, bottom = ((visible[i] - whole[i % 2]) / shrink for i in range(4))
        part = (left, top, min(right, size[0]), min(bottom, size[1]))
        mask = small.resize(_size(visible), Image.Resampling.BICUBIC, box=part)
        self._lay(paint, mask, visible, outline)

    def _lay(self, paint: Paint, mask: Image.Image, visible: PixelBox, outline: Outline) -> None:
        if isinstance(paint, Blend):
            self.image.paste(self._blend(paint, visible, outline), visible, mask)
        else:
            self.image.paste(paint, visible, mask)

    def _blend(self, blend: Blend, visible: PixelBox, outline: Outline) -> Image.Image:
        """Run the stops over the whole outline, and give the visible part of it.

        Blended as a single line of pixels and only then widened: nine times as fast as both at once.
        """
        whole = self._pixel_box(outline)
        axis = 0 if blend.across else 1
        ratio = BLEND_STEPS / (whole[axis + 2] - whole[axis])
        start, end = ((visible[i] - whole[axis]) * ratio for i in (axis, axis + 2))
        strip = Image.new("RGB", (BLEND_STEPS, 1))
        strip.putdata([_stop_at(blend.stops, step / (BLEND_STEPS - 1)) for step in range(BLEND_STEPS)])
        size = _size(visible)
        line = strip.resize(
            (size[axis], 1), Image.Resampling.BILINEAR, box=(max(start, 0.0), 0, min(end, BLEND_STEPS), 1)
        )
        if not blend.across:
            line = line.transpose(Image.Transpose.TRANSPOSE)
        return line.resize(size, Image.Resampling.NEAREST)

    def _mask(self, outline: Outline, visible: PixelBox) -> Image.Image:
        mask = Image.new("L", _size(visible))
        spots = [(x - visible[0], y - visible[1]) for x, y in self._pixels(outline)]
        ImageDraw.Draw(mask).polygon(spots, fill=255)
        return mask

    def _pixels(self, outline: Outline) -> Outline:
        (ox, oy), scale = self.origin, self.scale
        return [((x - ox) * scale, (y - oy) * scale) for x, y in outline]

    def _pixel_box(self, outline: Outline) -> PixelBox:
        left, top, right, bottom = bounds(self._pixels(outline))
        return floor(left), floor(top), ceil(right) + 1, ceil(bottom) + 1

    def _visible(self, area: PixelBox) -> PixelBox | None:
        """Cut a rectangle to the sheet; None when nothing of it is on the sheet."""
        left, top = max(area[0], 0), max(area[1], 0)
        right, bottom = min(area[2], self.image.width), min(area[3], self.image.height)
        return (left, top, right, bottom) if left < right and top < bottom else None


def _size(area: PixelBox) -> tuple[int, int]:
    return area[2] - area[0], area[3] - area[1]


def _faded(alpha: float) -> list[int]:
    """The table that `Image.point` fades a mask by."""
    return [round(level * alpha) for level in range(256)]


def _stop_at(stops: tuple[Colour, ...], share: float) -> Colour:
    if len(stops) == 1:
        return stops[0]
    place = share * (len(stops) - 1)
    index = min(int(place), len(stops) - 2)
    return mix(stops[index], stops[index + 1], place - index)
