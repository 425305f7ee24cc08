"""Things for desk, wall and games table, and the bottle that stands beside them."""

from .canvas import Blend, Canvas
from .kitchen import ceramic
from .motifs import Look, lit, motif, round_body
from .palettes import WHITE, darker, lighter, mix
from .shapes import Outline, arc, box, ellipse, moved, path, symmetric, turned


@motif(stands=False, focus=(560, 480), zoom=1.9, frame=1.12)
def notebook(canvas: Canvas, look: Look) -> None:
    """A bound notebook with ribbon and elastic; `form` "spiral" is ring-bound, "stack" lies on a second one."""
    if look.form == "stack":
        _cover(canvas, look, turned(box(290, 190, 710, 800, 16), 11), look.accent, False)
    lean = -7 if look.form != "spiral" else 5
    pages = turned(box(306, 190, 730, 808, 14), lean)
    canvas.drop_shadow(pages, 18, 26, 0.36)
    canvas.paint(pages, (250, 245, 234))
    for shift in (0, 5, 10):
        canvas.stroke(
            turned([(300, 806 - shift), (726 - shift, 806 - shift), (726 - shift, 200)], lean),
            1.6,
            (206, 196, 178),
        )
    cover = turned(box(290, 180, 714, 790, 18), lean)
    _cover(canvas, look, cover, look.main, True)
    if look.form == "spiral":
        for y in range(214, 780, 34):
            canvas.paint(turned(ellipse(314, y, 8), lean), darker(look.ink, 0.2))
            canvas.stroke(turned(arc(296, y, 22, 10, 60, 330), lean), 7, (196, 198, 204))
        return
    canvas.paint(turned(box(290, 180, 338, 790, 12), lean), look.ink, 0.22)
    canvas.stroke(turned([(664, 182), (664, 788)], lean), 13, look.accent)
    canvas.stroke(turned([(661, 182), (661, 788)], lean), 3, lighter(look.accent, 0.35))
    ribbon = turned(
        path((400, 788), (396, 830, 410, 850, 402, 884), (424, 872), (428, 840, 420, 820, 422, 788)), lean
    )
    canvas.paint(ribbon, darker(look.accent, 0.1))
    label = turned(box(420, 290, 600, 400, 8), lean)
    canvas.paint(label, lighter(look.second, 0.4))
    for y, end in ((330, 572), (362, 530)):
        canvas.stroke(turned([(448, y), (end, y)], lean), 6, mix(look.second, look.ink, 0.6))


def _cover(canvas: Canvas, look: Look, cover: Outline, colour: tuple[int, int, int], patterned: bool) -> None:
    if not patterned:
        canvas.drop_shadow(cover, 14, 20)
    canvas.paint(cover, lit(colour, 0.06))
    if patterned:
        look.decorate(canvas, cover, 84, colour)
    canvas.shine(cover, (0.16, 0.04, 0, 0, 0))
    canvas.shade(cover, (0, 0, 0.04, 0.14))


@motif(stands=False, focus=(500, 420), zoom=1.9)
def pens(canvas: Canvas, look: Look) -> None:
    """Five pens in a fan; `form` "pencils" makes wooden pencils of them."""
    tints = (look.main, look.accent, look.second, lighter(look.main, 0.35), darker(look.accent, 0.25))
    for index, colour in enumerate(tints):
        lean = -34 + 17 * index
        (_pencil if look.form == "pencils" else _pen)(canvas, look, colour, lean)


FAN_CENTRE = (500.0, 1150.0)


def _pencil(canvas: Canvas, look: Look, colour: tuple[int, int, int], lean: float) -> None:
    lean *= 0.75
    barrel = turned(box(466, 330, 534, 880), lean, FAN_CENTRE)
    tip = turned([(466, 330), (500, 190), (534, 330)], lean, FAN_CENTRE)
    canvas.drop_shadow([*tip, *barrel[1:3][::1], barrel[3]], 12, 16)
    canvas.paint(tip, (232, 194, 148))
    canvas.paint(turned([(489, 236), (500, 190), (511, 236)], lean, FAN_CENTRE), darker(colour, 0.2))
    canvas.paint(barrel, colour)
    look.decorate(canvas, barrel, 34, colour)
    canvas.paint(turned(box(466, 330, 488, 880), lean, FAN_CENTRE), WHITE, 0.22)
    canvas.paint(turned(box(514, 330, 534, 880), lean, FAN_CENTRE), look.ink, 0.24)
    canvas.paint(turned(box(466, 820, 534, 856), lean, FAN_CENTRE), (212, 176, 106))
    canvas.paint(turned(box(466, 856, 534, 900, 12), lean, FAN_CENTRE), (228, 150, 142))


def _pen(canvas: Canvas, look: Look, colour: tuple[int, int, int], lean: float) -> None:
    lean *= 0.75
    parts = (
        (symmetric(path((500, 200), (506, 204), (530, 300), (500, 304))), (208, 174, 108)),
        (box(468, 296, 532, 560, 8), colour),
        (box(462, 556, 538, 880, 26), darker(colour, 0.08)),
    )
    for outline, _ in parts:
        canvas.drop_shadow(turned(outline, lean, FAN_CENTRE), 12, 16, 0.26)
    for outline, tint in parts:
        placed = turned(outline, lean, FAN_CENTRE)
        canvas.paint(placed, tint)
    canvas.paint(turned(box(474, 300, 486, 866, 6), lean, FAN_CENTRE), WHITE, 0.32)
    canvas.paint(turned(box(518, 300, 534, 866, 6), lean, FAN_CENTRE), look.ink, 0.22)
    canvas.paint(turned(box(460, 550, 540, 570), lean, FAN_CENTRE), (212, 176, 106))
    canvas.paint(turned(box(492, 600, 508, 760, 8), lean, FAN_CENTRE), (222, 188, 122))


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


@motif(stands=True, focus=(420, 520), zoom=1.8, frame=1.18)
def game(canvas: Canvas, look: Look) -> None:
    """A board game box standing up with pieces before it; `form` "dice" adds dice."""
    canvas.ground_shadow(520, 780, 520)
    side = [(660, 236), (742, 270), (742, 748), (660, 790)]
    canvas.paint(side, Blend((darker(look.main, 0.2), darker(look.main, 0.45))))
    front = [(240, 220), (660, 236), (660, 790), (240, 776)]
    canvas.paint(front, look.main)
    look.decorate(canvas, front, 96)
    plate = [(290, 280), (610, 291), (610, 452), (290, 444)]
    canvas.paint(moved(plate, 5, 9), look.ink, 0.3, blur=8)
    canvas.paint(plate, look.second)
    for index, (x, size) in enumerate(((350, 38), (450, 46), (550, 38))):
        shape = (
            ellipse(x, 367, size),
            [(x, 320), (x + 44, 410), (x - 44, 410)],
            box(x - size, 330, x + size, 406, 8),
        )[index]
        canvas.paint(shape, (look.accent, look.ink, look.main)[index])
    canvas.shine(front, (0.2, 0.05, 0, 0, 0))
    canvas.shade(front, (0, 0, 0, 0.16), across=False)
    canvas.stroke([(240, 222), (658, 238)], 5, lighter(look.main, 0.4))
    for x, y, colour in ((330, 812, look.accent), (420, 836, look.second), (606, 826, look.ink)):
        _pawn(canvas, x, y, colour)
    if look.form == "dice":
        for x, y, lean in ((690, 812, 12), (772, 840, -16)):
            _die(canvas, look, x, y, lean)


def _pawn(canvas: Canvas, x: float, foot: float, colour: tuple[int, int, int]) -> None:
    canvas.ground_shadow(x, foot - 2, 76)
    skirt = symmetric(
        path(
            (x, foot - 96),
            (x + 16, foot - 94),
            (x + 18, foot - 40, x + 40, foot - 30, x + 40, foot - 4),
            (x, foot + 6),
        ),
        x,
    )
    canvas.paint(skirt, round_body(colour))
    canvas.paint(
        ellipse(x, foot - 112, 27), Blend((lighter(colour, 0.3), colour, darker(colour, 0.3)), across=True)
    )


def _die(canvas: Canvas, look: Look, x: float, y: float, lean: float) -> None:
    canvas.ground_shadow(x, y + 2, 74)
    centre = (x, y - 34)
    canvas.paint(turned(box(x - 36, y - 70, x + 36, y + 2, 12), lean, centre), lit((252, 248, 240), 0.1))
    for dx, dy in ((-18, -52), (18, -52), (0, -34), (-18, -16), (18, -16)):
        canvas.paint(turned(ellipse(x + dx, y + dy, 7), lean, centre), look.accent)


@motif(stands=False, focus=(520, 480), zoom=1.9)
def cards(canvas: Canvas, look: Look) -> None:
    """A fan of playing cards."""
    for index, lean in enumerate((-32, -16, 0, 16, 32)):
        card = turned(box(380, 250, 620, 610, 22), lean, (500, 820))
        canvas.drop_shadow(card, 10, 14, 0.3)
        canvas.paint(card, (253, 250, 244))
        inner = turned(box(396, 266, 604, 594, 14), lean, (500, 820))
        back = (look.main, look.accent)[index % 2]
        canvas.paint(inner, back)
        look.decorate(canvas, inner, 58, back)
        badge = turned(ellipse(500, 430, 58), lean, (500, 820))
        canvas.paint(badge, look.second)
        mark = turned([(500, 388), (534, 430), (500, 472), (466, 430)], lean, (500, 820))
        canvas.paint(mark, look.ink if index % 2 else look.accent)
    deck = box(392, 640, 608, 850, 14)
    canvas.drop_shadow(deck, 14, 20, 0.4)
    canvas.paint(deck, lit(look.main, 0.1))
    look.decorate(canvas, deck, 52)
    canvas.paint(box(440, 700, 560, 790, 8), look.second)
    canvas.paint([(500, 712), (526, 745), (500, 778), (474, 745)], look.accent)


@motif(stands=True, focus=(500, 520), zoom=1.8, frame=1.16)
def bottle(canvas: Canvas, look: Look) -> None:
    """A steel water bottle; `form` "flask" has a cup lid, "slim" a loop, else a screw cap with a strap."""
    canvas.ground_shadow(500, 806, 250)
    half = 94 if look.form == "slim" else 122
    body = symmetric(
        path(
            (500, 330),
            (550, 330),
            (556, 380, 500 + half, 380, 500 + half, 450),
            (500 + half, 770),
            (500 + half, 804, 500 + half - 16, 808, 500 + half - 36, 808),
            (500, 808),
        )
    )
    ceramic(canvas, look, body, 76)
    canvas.paint(box(500 - half + 22, 440, 500 - half + 40, 760, 9), WHITE, 0.4, blur=6)
    canvas.paint(box(500 - half, 786, 500 + half, 792), darker(look.ink), 0.25)
    canvas.paint(box(446, 306, 554, 348, 6), round_body((200, 204, 208)))
    if look.form == "flask":
        canvas.paint(
            symmetric(path((500, 176), (566, 176), (584, 186), (590, 318), (500, 322))),
            round_body(look.second),
        )
        canvas.paint(ellipse(500, 180, 70, 12), lighter(look.second, 0.5))
        return
    canvas.stroke(arc(500, 240, 62, 66, 180, 360), 20, look.ink)
    canvas.stroke(arc(498, 238, 62, 66, 190, 350), 6, lighter(look.ink, 0.3))
    canvas.paint(box(432, 232, 568, 318, 14), round_body(look.accent))
    for x in range(446, 566, 14):
        canvas.stroke([(x, 250), (x, 308)], 2.5, darker(look.accent, 0.3))
