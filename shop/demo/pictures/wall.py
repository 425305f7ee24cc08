"""Things for the wall: clocks and framed prints."""

from .canvas import Blend, Canvas
from .motifs import Look, motif
from .palettes import WHITE, darker, lighter, mix
from .shapes import arc, box, ellipse, moved, path, turned


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


@motif(stands=False, focus=(500, 430), zoom=1.9, frame=1.06)
def poster(canvas: Canvas, look: Look) -> None:
    """A framed print; `form` is the scene: "sun", "peaks", "shapes", "plant", "word", else the pattern."""
    frame = box(236, 110, 764, 830, 4)
    canvas.drop_shadow(frame, 26, 40, 0.42)
    wood = {"snow": (244, 242, 238), "ink": (44, 42, 46), "night": (44, 42, 46)}.get(
        look.spec.palette, (198, 150, 104)
    )
    canvas.paint(frame, Blend((lighter(wood, 0.16), wood, darker(wood, 0.2)), across=True))
    canvas.paint(box(258, 132, 742, 808), (252, 250, 245))
    sheet = box(300, 176, 700, 764)
    canvas.paint(sheet, look.second)
    with canvas.inside(sheet) as inner:
        SCENES.get(look.form, _pattern_scene)(inner, look)
    canvas.shade(box(258, 132, 742, 808), (0.16, 0.02, 0, 0, 0, 0), across=False)
    canvas.paint([(258, 132), (470, 132), (258, 520)], WHITE, 0.16)
    canvas.paint([(520, 132), (580, 132), (258, 720), (258, 612)], WHITE, 0.12)


def _pattern_scene(canvas: Canvas, look: Look) -> None:
    sheet = box(300, 176, 700, 764)
    canvas.paint(sheet, look.main)
    look.decorate(canvas, sheet, 96)


def _sun_scene(canvas: Canvas, look: Look) -> None:
    canvas.paint(box(300, 176, 700, 764), Blend((mix(look.second, look.accent, 0.5), look.second)))
    canvas.paint(ellipse(500, 430, 130), look.accent)
    for index, share in enumerate((0.0, 0.3, 0.55, 0.8)):
        y = 470 + index * 72
        swing = 70 if index % 2 else -60
        hill = path((300, y), (400, y + swing, 560, y - swing, 700, y + swing * 0.3), (700, 780), (300, 780))
        canvas.paint(hill, mix(lighter(look.main, 0.4), look.ink, share))


def _peak_scene(canvas: Canvas, look: Look) -> None:
    canvas.paint(box(300, 176, 700, 764), Blend((look.main, lighter(look.main, 0.5))))
    canvas.paint(ellipse(600, 290, 46), look.second)
    for x, y, tint in ((390, 380, 0.35), (600, 420, 0.2), (480, 500, 0.0)):
        canvas.paint([(x, y), (x + 320, 780), (x - 320, 780)], mix(look.ink, look.main, tint))
        canvas.paint([(x, y), (x + 320, 780), (x + 60, 780)], look.ink, 0.35)
        canvas.paint(
            [(x, y), (x + 58, y + 62), (x + 22, y + 48), (x, y + 74), (x - 22, y + 50), (x - 58, y + 62)],
            look.second,
        )
    for x in range(310, 700, 36):
        height = 54 + (x * 7) % 40
        canvas.paint([(x, 770 - height), (x + 20, 770), (x - 20, 770)], darker(look.ink, 0.3))


def _shape_scene(canvas: Canvas, look: Look) -> None:
    """Overlapping plain shapes, as printed in three inks."""
    canvas.paint(ellipse(420, 350, 130), look.main)
    canvas.paint(box(470, 300, 660, 560), look.accent, 0.92)
    canvas.paint(arc(430, 640, 110, 110, 180, 360), look.ink)
    canvas.paint(arc(590, 700, 80, 80, 180, 360), lighter(look.main, 0.35))
    for y in range(590, 680, 18):
        canvas.stroke([(560, y), (670, y)], 5, look.main)
    canvas.paint(ellipse(610, 250, 34), look.ink)
    canvas.stroke(path((330, 560), (380, 460, 440, 560, 480, 470)), 12, look.accent)


def _plant_scene(canvas: Canvas, look: Look) -> None:
    canvas.paint(ellipse(500, 430, 160), look.accent, 0.85)
    stem = path((500, 740), (520, 600, 470, 420, 500, 270))
    canvas.stroke(stem, 8, look.main)
    for index in range(4, len(stem), 4):
        x, y = stem[index]
        for side in (-1, 1):
            size = 120 - index * 2
            half = turned(ellipse(x, y - size * 0.5, size * 0.2, size * 0.5), side * 62, (x, y))
            canvas.paint(half, look.main if side < 0 else darker(look.main, 0.25))


def _word_scene(canvas: Canvas, look: Look) -> None:
    """One short word in Pillow's own typeface under rays."""
    canvas.paint(box(300, 176, 700, 764), look.main)
    for turn in range(-90, 91, 15):
        ray = turned([(488, 520), (512, 520), (530, 100), (470, 100)], turn, (500, 560))
        canvas.paint(ray, look.accent if turn % 30 else lighter(look.main, 0.2))
    canvas.paint(ellipse(500, 560, 110), look.second)
    canvas.paint(box(300, 560, 700, 764), look.ink)
    canvas.write("slow", (500, 662), 120, look.second)


SCENES = {
    "sun": _sun_scene,
    "peaks": _peak_scene,
    "shapes": _shape_scene,
    "plant": _plant_scene,
    "word": _word_scene,
}
