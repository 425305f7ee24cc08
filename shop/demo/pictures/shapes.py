"""Outlines as lists of points on a 1000 by 1000 sheet, x to the right and y down."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import cos, pi, sin

Point = tuple[float, float]
Outline = Sequence[Point]

CURVE_STEPS = 28
MIDDLE = 500


def path(start: Point, *segments: Sequence[float]) -> Outline:
    """Follow segments from `start`: 2 numbers are a line, 4 a quadratic and 6 a cubic Bezier curve."""
    points = [start]
    for numbers in segments:
        anchors = [points[-1], *zip(numbers[::2], numbers[1::2], strict=True)]
        if len(anchors) == 2:
            points.append(anchors[1])
        else:
            points.extend(_bezier(anchors, step / CURVE_STEPS) for step in range(1, CURVE_STEPS + 1))
    return points


def _bezier(anchors: Sequence[Point], t: float) -> Point:
    """Find the point at share `t` of a Bezier curve, by de Casteljau's repeated halving of its anchors."""
    while len(anchors) > 1:
        anchors = [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in pairwise(anchors)]
    return anchors[0]


def symmetric(half: Outline, middle: float = MIDDLE) -> Outline:
    """Close the right half of an outline with its mirror image."""
    return [*half, *mirrored([*reversed(half)], middle)]


def mirrored(outline: Outline, middle: float = MIDDLE) -> Outline:
    return [(2 * middle - x, y) for x, y in outline]


def moved(outline: Outline, dx: float = 0, dy: float = 0) -> Outline:
    return [(x + dx, y + dy) for x, y in outline]


def scaled(outline: Outline, factor_x: float, factor_y: float, centre: Point) -> Outline:
    cx, cy = centre
    return [(cx + (x - cx) * factor_x, cy + (y - cy) * factor_y) for x, y in outline]


def turned(outline: Outline, degrees: float, centre: Point = (MIDDLE, MIDDLE)) -> Outline:
    """Rotate clockwise, as seen on the sheet."""
    cx, cy = centre
    c, s = cos(degrees * pi / 180), sin(degrees * pi / 180)
    return [(cx + (x - cx) * c - (y - cy) * s, cy + (x - cx) * s + (y - cy) * c) for x, y in outline]


def ellipse(cx: float, cy: float, rx: float, ry: float | None = None) -> Outline:
    return arc(cx, cy, rx, rx if ry is None else ry, 0, 360)


def arc(cx: float, cy: float, rx: float, ry: float, start: float, end: float) -> Outline:
    """Walk an ellipse from `start` to `end` degrees, clockwise from three o'clock."""
    steps = max(8, int(abs(end - start) / 4))
    angles = [(start + (end - start) * step / steps) * pi / 180 for step in range(steps + 1)]
    return [(cx + rx * cos(a), cy + ry * sin(a)) for a in angles]


def box(left: float, top: float, right: float, bottom: float, radius: float = 0) -> Outline:
    """A rectangle, its corners rounded by `radius`."""
    if not radius:
        return [(left, top), (right, top), (right, bottom), (left, bottom)]
    r = radius
    return [
        *arc(right - r, top + r, r, r, -90, 0),
        *arc(right - r, bottom - r, r, r, 0, 90),
        *arc(left + r, bottom - r, r, r, 90, 180),
        *arc(left + r, top + r, r, r, 180, 270),
    ]


def leaf(base: Point, length: float, width: float, degrees: float) -> Outline:
    """A pointed leaf growing up from `base`, leaning `degrees` clockwise."""
    x, y = base
    upright = symmetric(
        path((x, y), (x + width * 0.7, y - length * 0.15, x + width * 0.6, y - length * 0.7, x, y - length)),
        x,
    )
    return turned(upright, degrees, base)


def bounds(outlines: Iterable[Point]) -> tuple[float, float, float, float]:
    xs, ys = zip(*outlines, strict=True)
    return min(xs), min(ys), max(xs), max(ys)
