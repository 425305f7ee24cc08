"""Prints: pictures for the wall."""

from ..entries import product, sizes
from ..pictures.spec import PictureSpec

PRODUCTS = (
    product(
        "slow-morning-print",
        "Slow Morning Print",
        "prints",
        summary="A rising sun and the only word you need before nine.",
        text="Four flat inks, printed one after another on a press older than most of our customers. "
        "Where two inks meet they overlap by a hair, and that hair is why **a real print looks "
        "alive** next to a copy. Shipped flat between boards; framed ones come ready to hang.",
        facts=("220 g uncoated paper", "Four-colour screen print", "Frame of solid beech"),
        picture=PictureSpec("poster", "coral", "plain", "word"),
        origin="DE",
        variants=sizes(
            "PRT-SLOW",
            {"A3 unframed": 48, "A3 framed": 19, "A2 unframed": 0, "A2 framed": 3},
            price=2400,
            dearer=1900,
            weight=180,
            heavier=640,
        ),
    ),
    product(
        "four-hills-print",
        "Four Hills Print",
        "prints",
        summary="The view from the last bend before home.",
        text="Layers of hill, each one a tint lighter than the one in front, and a sun that may be "
        "rising or setting: you decide. The colours are mixed from only two inks, which is what "
        "makes the picture so restful on a wall with a lot going on around it.",
        facts=("220 g uncoated paper", "Two-ink screen print", "Embossed with the printer's stamp"),
        picture=PictureSpec("poster", "lagoon", "plain", "sun"),
        origin="DE",
        variants=sizes(
            "PRT-HILL",
            {"A3 unframed": 37, "A3 framed": 11},
            price=2400,
            dearer=2500,
            weight=180,
            heavier=1100,
        ),
    ),
    product(
        "high-peaks-print",
        "High Peaks Print",
        "prints",
        summary="Moonlight, snow and a row of patient fir trees.",
        text="For everyone who keeps a pair of boots by the door. Three summits step back into the "
        "night, drawn with a ruler and coloured like the hour after sunset. We print it on heavy "
        "cotton paper, so the dark blue is **really dark** and the snow is simply the paper "
        "showing through.",
        facts=(
            "Cotton paper, 280 g",
            "Pigment print, lightfast for decades",
            "Black frame with acrylic glass",
        ),
        picture=PictureSpec("poster", "ink", "plain", "peaks"),
        origin="AT",
        variants=sizes(
            "PRT-PEAK",
            {"A3 unframed": 29, "A3 framed": 8, "A2 framed": 5},
            price=2900,
            dearer=2600,
            weight=190,
            heavier=1000,
        ),
    ),
    product(
        "three-inks-print",
        "Three Inks Print",
        "prints",
        summary="Circle, square, arch: a small exercise in balance.",
        text="What happens when three stencils, three inks and one free afternoon meet. The shapes "
        "were cut from paper and moved around until nothing wanted to fall over, then printed "
        "exactly so. It hangs well alone, and even better at the end of a **row of odd frames**.",
        facts=("220 g uncoated paper", "Three-colour screen print", "Oak frame with a deep profile"),
        picture=PictureSpec("poster", "mustard", "plain", "shapes"),
        origin="NL",
        variants=sizes(
            "PRT-INKS",
            {"A3 unframed": 33, "A3 framed": 14},
            price=2400,
            dearer=2500,
            weight=180,
            heavier=1100,
        ),
    ),
    product(
        "herbarium-print",
        "Herbarium Print",
        "prints",
        summary="One long stem, pressed flat and printed large.",
        text="Based on the sheets of old plant collections, minus the Latin. A single stem climbs past "
        "an autumn sun, its leaves dark on one side and light on the other, as they are when the "
        "wind turns them. It gives a kitchen the green it may lack, and never needs watering.",
        facts=("220 g uncoated paper", "Three-colour screen print", "Oak frame with a deep profile"),
        picture=PictureSpec("poster", "forest", "plain", "plant"),
        origin="NL",
        variants=sizes(
            "PRT-HERB", {"A3 unframed": 40, "A3 framed": 0}, price=2400, dearer=2500, weight=180, heavier=1100
        ),
    ),
)
