"""Things to wear, laid flat."""

from .canvas import Blend, Canvas
from .motifs import Look, lit, motif
from .palettes import WHITE, Colour, darker, lighter, mix
from .shapes import Outline, Point, arc, box, ellipse, mirrored, moved, path, symmetric, turned
from .soft import stitched

SLEEVES_SHORT: tuple[tuple[float, ...], ...] = ((640, 190, 760, 250), (890, 440), (774, 500), (712, 420))
SLEEVES_LONG: tuple[tuple[float, ...], ...] = (
    (650, 200, 770, 280),
    (860, 520, 880, 700),
    (776, 728),
    (716, 480),
)


def creases(canvas: Canvas, outline: Outline, ink: Colour, lines: tuple[tuple[Point, Point], ...]) -> None:
    """Soft folds in cloth, each a shadow with a light beside it, on both sides of the middle."""
    with canvas.inside(outline) as inner:
        for start, end in lines:
            (x1, y1), (x2, y2) = start, end
            fold = path(
                (x1, y1),
                (x1 + 26, (y1 + y2) / 2, x2, y2),
                (x2 + 30, y2 + 12),
                (x1 + 66, (y1 + y2) / 2, x1, y1),
            )
            for shape in (fold, mirrored(fold)):
                inner.paint(shape, ink, 0.24, blur=11)
                inner.paint(moved(shape, -26, -10), WHITE, 0.07, blur=14)


def print_on_chest(canvas: Canvas, look: Look, cy: float) -> None:
    """A round or square print with the pattern in it."""
    if look.form == "plain":
        return
    if look.form == "pocket":
        pocket = path(
            (556, cy - 60), (664, cy - 60), (664, cy + 44), (610, cy + 76), (556, cy + 44), (556, cy - 60)
        )
        canvas.paint(moved(pocket, 2, 6), look.ink, 0.25, blur=6)
        canvas.paint(pocket, look.accent)
        look.decorate(canvas, pocket, 44, look.accent)
        canvas.stroke([(556, cy - 48), (664, cy - 48)], 3, darker(look.accent, 0.3))
        return
    badge = ellipse(500, cy, 118) if look.form == "circle" else box(385, cy - 130, 615, cy + 130, 10)
    ground = look.main if look.form == "circle" else look.second
    canvas.paint(badge, ground)
    look.decorate(canvas, badge, 62, ground)
    canvas.shade(badge, (0.0, 0.0, 0.1))


@motif(stands=False, focus=(500, 400), zoom=1.9, frame=1.12)
def tee(canvas: Canvas, look: Look) -> None:
    """A T-shirt; `form` "all" is patterned all over, "circle", "square" and "pocket" carry a print."""
    body = symmetric(
        path((500, 196), (566, 196), *SLEEVES_SHORT, (704, 560, 708, 700, 716, 838), (620, 850, 500, 850))
    )
    canvas.drop_shadow(body, 18, 26)
    neck = path((566, 196), (560, 280, 440, 280, 434, 196))
    canvas.paint([*arc(500, 197, 67, 18, 180, 360), *neck], darker(look.main, 0.42))
    body = [*body[1:-1], *reversed(neck[1:-1])]
    canvas.paint(body, lit(look.main, 0.07))
    if look.form == "all":
        look.decorate(canvas, body, 80)
    else:
        print_on_chest(canvas, look, 440 if look.form != "pocket" else 420)
    creases(
        canvas, body, look.ink, (((716, 430), (640, 560)), ((700, 640), (600, 720)), ((712, 800), (610, 770)))
    )
    with canvas.inside(body) as inner:
        for flip in (False, True):
            seam = path((690, 226), (660, 320, 690, 380, 712, 430))
            inner.stroke(mirrored(seam) if flip else seam, 4, mix(look.main, look.ink, 0.3))
            hem = [(884, 420), (766, 482)]
            stitched(inner, mirrored(hem) if flip else hem, mix(look.main, look.ink, 0.3))
        stitched(inner, [(280, 822), (720, 822)], mix(look.main, look.ink, 0.3))
    canvas.stroke(moved(neck[2:-2], 0, 2), 20, darker(look.main, 0.14))
    canvas.stroke(moved(neck[1:-1], 0, 12), 3, lighter(look.main, 0.25))


@motif(stands=False, focus=(500, 400), zoom=1.8, frame=1.08)
def hoodie(canvas: Canvas, look: Look) -> None:
    """A hooded sweatshirt; the pattern as in `tee`, or on the pocket."""
    body = symmetric(path((500, 230), (590, 226), *SLEEVES_LONG, (714, 600, 712, 720, 712, 800), (500, 806)))
    canvas.drop_shadow(body, 18, 26)
    canvas.paint(body, lit(look.main, 0.07))
    if look.form == "all":
        look.decorate(canvas, body, 84)
    elif look.form != "plain":
        print_on_chest(canvas, look, 460 if look.form == "circle" else 440)
    creases(
        canvas, body, look.ink, (((716, 460), (640, 560)), ((800, 460), (850, 560)), ((700, 700), (620, 770)))
    )
    pocket = symmetric(path((500, 600), (590, 600), (650, 740), (646, 772), (500, 772)))
    if look.form not in ("square",):
        canvas.paint(moved(pocket, 0, 8), look.ink, 0.3, blur=10)
        canvas.paint(pocket, lit(darker(look.main, 0.06), 0.05))
        stitched(canvas, [(598, 612), (648, 730)], lighter(look.main, 0.35))
        stitched(canvas, mirrored([(598, 612), (648, 730)]), lighter(look.main, 0.35))
    ribs(
        canvas,
        symmetric(path((500, 790), (710, 786), (706, 856), (500, 862))),
        darker(look.main, 0.16),
        vertical=True,
    )
    for flip in (False, True):
        cuff = path((784, 724), (878, 694), (888, 762), (798, 786))
        ribs(canvas, mirrored(cuff) if flip else cuff, darker(look.main, 0.16), vertical=True)
    hood = symmetric(path((500, 96), (620, 96, 670, 190, 640, 262), (610, 320, 550, 340, 500, 372)))
    canvas.paint(moved(hood, 0, 14), look.ink, 0.4, blur=14)
    canvas.paint(hood, lit(look.main, 0.12))
    opening = symmetric(path((500, 136), (590, 140, 606, 220, 500, 330)))
    canvas.paint(opening, Blend((darker(look.main, 0.62), darker(look.main, 0.34))))
    canvas.trace(opening, 7, darker(look.main, 0.2))
    for flip in (False, True):
        cord = path((534, 300), (548, 360, 536, 400, 546, 450))
        cord = mirrored(cord) if flip else cord
        canvas.stroke(moved(cord, 4, 5), 8, darker(look.main, 0.35))
        canvas.stroke(cord, 8, look.second)
        canvas.stroke(cord[-5:], 12, look.accent)


def ribs(canvas: Canvas, outline: Outline, colour: Colour, vertical: bool = False) -> None:
    """Ribbed knitting: fine lines in the outline."""
    canvas.paint(outline, lit(colour, 0.06))
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    with canvas.inside(outline) as inner:
        if vertical:
            for step in range(int((max(xs) - min(xs)) / 9) + 1):
                x = min(xs) + step * 9
                inner.stroke([(x, min(ys)), (x, max(ys))], 2.5, darker(colour, 0.22))
        else:
            for step in range(int((max(ys) - min(ys)) / 9) + 1):
                y = min(ys) + step * 9
                inner.stroke([(min(xs), y), (max(xs), y)], 2.5, darker(colour, 0.22))


@motif(stands=False, focus=(430, 460), zoom=1.8, frame=1.12)
def socks(canvas: Canvas, look: Look) -> None:
    """A pair of crew socks side by side."""
    for dx, dy, lean in ((150, -20, 7), (-110, 20, -3)):

        def place(outline: Outline, dx: float = dx, dy: float = dy, lean: float = lean) -> Outline:
            return turned(moved(outline, dx, dy), lean, (500 + dx, 500 + dy))

        sock = place(
            path(
                (420, 170),
                (600, 170),
                (604, 360, 600, 460, 610, 560),
                (622, 640, 610, 690, 560, 726),
                (480, 780, 420, 830, 350, 836),
                (250, 844, 232, 740, 300, 696),
                (380, 640, 430, 620, 426, 520),
                (420, 400, 424, 280, 420, 170),
            )
        )
        canvas.drop_shadow(sock, 12, 18, 0.34)
        canvas.paint(sock, look.main)
        look.decorate(canvas, sock, 62)
        with canvas.inside(sock) as inner:
            toe = place(ellipse(270, 800, 130, 104))
            heel = place(ellipse(640, 650, 112, 92))
            for patch in (toe, heel):
                inner.paint(patch, look.accent)
                inner.stroke(patch, 4, darker(look.accent, 0.2))
            inner.paint(
                place(path((600, 170), (560, 400, 580, 560, 560, 700), (420, 840), (640, 800), (680, 200))),
                look.ink,
                0.26,
                blur=26,
            )
            inner.paint(
                place(
                    path(
                        (440, 200), (450, 400, 450, 500, 440, 600), (470, 600), (480, 400, 476, 300, 470, 200)
                    )
                ),
                WHITE,
                0.22,
                blur=14,
            )
        ribs(canvas, place(box(412, 160, 608, 244, 14)), look.second, vertical=True)


@motif(stands=False, focus=(540, 480), zoom=1.8, frame=1.15)
def cap(canvas: Canvas, look: Look) -> None:
    """A six-panel cap seen from the front left; `form` "patch" sews a patch on it."""
    crown = path(
        (276, 590),
        (270, 330, 420, 236, 546, 240),
        (690, 246, 792, 360, 784, 580),
        (640, 620, 420, 630, 276, 590),
    )
    brim = path(
        (288, 572),
        (200, 600, 130, 660, 132, 712),
        (136, 752, 240, 736, 330, 724),
        (480, 704, 600, 700, 640, 606),
    )
    canvas.drop_shadow([*crown], 14, 40, 0.3)
    canvas.drop_shadow(brim, 10, 30, 0.36)
    canvas.paint(crown, lit(look.main, 0.12))
    look.decorate(canvas, crown, 74)
    with canvas.inside(crown) as inner:
        inner.paint(path((784, 240), (640, 400, 700, 560, 640, 640), (840, 640)), look.ink, 0.34, blur=40)
        inner.paint(ellipse(420, 380, 80, 90), WHITE, 0.22, blur=36)
        for seam in (
            path((546, 240), (440, 330, 420, 480, 440, 612)),
            path((546, 240), (660, 330, 690, 480, 670, 600)),
            path((546, 240), (330, 300, 300, 440, 300, 560)),
        ):
            inner.stroke(seam, 5, mix(look.main, look.ink, 0.35))
            stitched(inner, moved(seam, 9), lighter(look.main, 0.25))
    for x, y in ((404, 372), (560, 372), (720, 390)):
        canvas.paint(ellipse(x, y, 9), darker(look.main, 0.5))
    canvas.paint(ellipse(546, 240, 26, 14), look.accent)
    canvas.paint(brim, Blend((lighter(look.accent, 0.06), darker(look.accent, 0.22))))
    with canvas.inside(brim) as inner:
        for shift in (16, 34, 52):
            line = path((150 + shift, 700), (240, 730 - shift, 520, 720 - shift, 640, 630 - shift))
            stitched(inner, line, darker(look.accent, 0.3))
        inner.paint(path((288, 560), (420, 640, 560, 640, 650, 596), (640, 560)), look.ink, 0.4, blur=16)
    if look.form == "patch":
        patch = turned(box(370, 440, 480, 540, 12), -4, (425, 490))
        canvas.paint(patch, look.second)
        canvas.trace(patch, 4, look.accent)
        canvas.paint([(425, 460), (466, 522), (384, 522)], look.accent)


@motif(stands=False, focus=(500, 640), zoom=1.8, frame=1.04)
def beanie(canvas: Canvas, look: Look) -> None:
    """A knitted hat with a turned-up edge; `form` "pompom" has one."""
    crown = symmetric(path((500, 250), (690, 250, 750, 430, 750, 640), (500, 650)))
    canvas.drop_shadow([*crown, *box(240, 600, 760, 800)], 16, 26)
    if look.form == "pompom":
        for turn in range(0, 360, 8):
            canvas.stroke(
                turned([(500, 216), (500, 128 + turn % 3 * 8)], turn, (500, 216)),
                9,
                lighter(look.accent, 0.06 * (turn % 5)),
            )
    canvas.paint(crown, lit(look.main, 0.1))
    look.decorate(canvas, crown, 70)
    with canvas.inside(crown) as inner:
        for step in range(-9, 10):
            rib = path(
                (500 + step * 9, 250), (500 + step * 28, 330, 500 + step * 29, 460, 500 + step * 29, 650)
            )
            inner.stroke(rib, 3, mix(look.main, look.ink, 0.28))
        inner.paint(ellipse(400, 400, 70, 120), WHITE, 0.18, blur=36)
        inner.paint(box(690, 250, 800, 660), look.ink, 0.3, blur=44)
    edge = box(232, 610, 768, 800, 40)
    canvas.paint(moved(edge, 0, -10), look.ink, 0.34, blur=12)
    ribs(canvas, edge, look.main, vertical=True)
    canvas.shade(edge, (0.12, 0, 0, 0, 0.08, 0.24))
    canvas.paint(box(540, 680, 640, 744, 6), look.accent)
    canvas.stroke(arc(590, 712, 20, 16, 180, 360), 5, look.second)
