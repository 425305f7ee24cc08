"""Charts drawn by the server as SVG: no script, no style that the CSP would refuse; colours come from the sheet.

The picture holds bars only and stretches to any width. Words stand beside it as text, and a table says the same.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 1000, 100
GAP = 0.18


@dataclass(frozen=True)
class Bar:
    """One bar: what it is of, how high, and its height as people read it."""

    words: str
    value: int
    shown: str


@dataclass(frozen=True)
class Chart:
    """Bars from left to right. `says` sums them up in words; `show` writes a number of the scale."""

    title: str
    says: str
    bars: Sequence[Bar]
    show: Callable[[int], str] = str

    @property
    def ceiling(self) -> int:
        return ceiling(max((bar.value for bar in self.bars), default=0))

    @property
    def top(self) -> str:
        """What the line at the top stands for."""
        return self.show(self.ceiling)

    @property
    def half(self) -> str:
        """What the line half way up stands for."""
        return self.show(self.ceiling // 2)

    @property
    def first(self) -> str:
        return self.bars[0].words if self.bars else ""

    @property
    def last(self) -> str:
        return self.bars[-1].words if len(self.bars) > 1 else ""

    @property
    def svg(self) -> SafeString:
        """The picture; it names itself to screen readers, and each bar tells its figure to a resting pointer."""
        top = self.ceiling
        width = WIDTH / max(len(self.bars), 1)
        bars = format_html_join(
            "",
            '<rect class="chart-bar" x="{}" y="{}" width="{}" height="{}"><title>{}: {}</title></rect>',
            (
                (
                    _short((place + GAP / 2) * width),
                    _short(HEIGHT - _height(bar.value, top)),
                    _short(width * (1 - GAP)),
                    _short(_height(bar.value, top)),
                    bar.words,
                    bar.shown,
                )
                for place, bar in enumerate(self.bars)
            ),
        )
        return format_html(
            '<svg class="chart-picture" viewBox="0 0 {w} {h}" preserveAspectRatio="none" role="img">'
            "<title>{title}</title><desc>{says}</desc>"
            '<path class="chart-line" d="M0 0H{w}M0 {half}H{w}M0 {h}H{w}"/>{bars}</svg>',
            w=WIDTH,
            h=HEIGHT,
            half=HEIGHT // 2,
            title=self.title,
            says=self.says,
            bars=bars,
        )


def ceiling(most: int) -> int:
    """The smallest of 2, 4, 10, 20, 40, 100 and so on that is not below `most`: halves of it are whole."""
    if most <= 2:
        return 2
    power = 10 ** math.floor(math.log10(most))
    return next(step * power for step in (1, 2, 4, 10) if step * power >= most and step * power % 2 == 0)


def _height(value: int, top: int) -> float:
    """In the picture's units; whatever is more than nothing can be seen."""
    return max(value / top * HEIGHT, 0.8) if value > 0 else 0.0


def _short(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
