"""Light: lamps and candles."""

from ..entries import product, single, sizes
from ..pictures.spec import PictureSpec

PRODUCTS = (
    product(
        "mushroom-lamp",
        "Mushroom Lamp",
        "light",
        summary="A dimmable glow under a lacquered dome, for shelves and bedsides.",
        text="The bulb hides under the cap, so you see the light and never the lamp looking back. Tap "
        "the stem to move through **three levels**: reading, talking, nearly asleep. The steel "
        "dome is lacquered in six thin coats and the base is weighted, which matters in homes "
        "with tails.",
        facts=("31 cm high", "Warm LED, 2700 K, replaceable", "Cloth cable, 2 m, plug type C"),
        picture=PictureSpec("lamp", "terracotta", "plain", "mushroom"),
        origin="DK",
        variants=single("LMP-MUSH", 11900, 2100, 15),
    ),
    product(
        "reading-desk-lamp",
        "Reading Desk Lamp",
        "light",
        summary="Two brass joints, one honest cone of light.",
        text="It goes exactly where you push it and stays there, which is rarer than it should be. The "
        "springs sit inside the arm, the joints are turned from solid brass, and the head is "
        "shaped to keep light **on the page and out of your eyes**. Works with any ordinary E27 "
        "bulb.",
        facts=("Reach 55 cm", "Powder-coated steel and brass", "E27, up to 9 W LED, bulb included"),
        picture=PictureSpec("lamp", "lagoon", "plain", "desk"),
        origin="IT",
        variants=single("LMP-READ", 14900, 2850, 8),
    ),
    product(
        "pleated-table-lamp",
        "Pinstripe Table Lamp",
        "light",
        summary="A linen shade on a round ceramic foot, like a good hotel's.",
        text="Some corners only need to be warmer. The linen of this shade turns lamplight the colour "
        "of toast, and the pinstripes, woven rather than printed, show only when it is on. The "
        "foot is thrown by hand and glazed to a soft shine; a **dimmer on the cable** saves you "
        "getting up.",
        facts=("44 cm high", "Linen and glazed ceramic", "E27, up to 9 W LED, dimmer on the cable"),
        picture=PictureSpec("lamp", "plum", "pinstripes", "shade"),
        origin="PT",
        variants=single("LMP-PLEA", 12950, 2400, 11),
    ),
    product(
        "canteen-pendant",
        "Canteen Pendant Lamp",
        "light",
        summary="A wide dome for the table where everything happens.",
        text="Hung low over a table, it draws a circle of light that people tend to stay inside. The "
        "shape comes from railway canteens; the inside is white enamel, so a small bulb does the "
        "work of a large one. Hang it **60 cm above the table top**, and dinner will take an hour "
        "longer.",
        facts=("40 cm across", "Spun steel, enamelled inside", "Textile cable 1.5 m, brass fitting, E27"),
        picture=PictureSpec("pendant", "mustard", "plain"),
        origin="DK",
        variants=single("LMP-CANT", 15900, 2300, 10),
    ),
    product(
        "fig-leaf-candle",
        "Fig Leaf Candle",
        "light",
        summary="Green fig, warm stone, and forty quiet evenings.",
        text="We wanted the smell of the shady side of a garden in late August: the leaf of the fig "
        "rather than its fruit. The wax is rapeseed, the wick is cotton, and the glass is **made "
        "to be a tumbler** afterwards. Let the whole surface melt the first time, and it will "
        "burn evenly to the end.",
        facts=("Small 25 hours, large 45 hours", "Rapeseed wax, cotton wick", "Reusable glass"),
        picture=PictureSpec("candle", "sage", "leaves"),
        origin="FR",
        variants=sizes(
            "CDL-FIGL", {"Small": 46, "Large": 23}, price=1990, dearer=1200, weight=340, heavier=260
        ),
    ),
    product(
        "orange-peel-candle",
        "Orange Peel & Clove Candle",
        "light",
        summary="December in a glass, and perfectly good in March.",
        text="Peel an orange next to a wood stove and you have the idea. Clove and a little cedar keep "
        "it from turning sweet. Because the scent is carried by natural oils it stays close to "
        "the candle, **friendly to dinner** and to people who usually avoid scented things.",
        facts=("45 hours", "Rapeseed wax, cotton wick", "Reusable glass"),
        picture=PictureSpec("candle", "coral", "terrazzo"),
        origin="FR",
        variants=single("CDL-ORAN", 2890, 590, 38),
    ),
    product(
        "pillar-trio",
        "Pillar Candles, Set of Three",
        "light",
        summary="Three heights, three colours, no scent at all.",
        text="Poured in one piece and dyed right through, so they keep their colour as they shrink. "
        "The three heights are chosen to look settled together from the first evening to the "
        "last, and each **burns without dripping** when it stands out of a draught. Put a plate "
        "beneath them anyway.",
        facts=("8, 12 and 16 cm high", "Stearin from plants", "About 110 hours in all"),
        picture=PictureSpec("candle", "blush", "plain", "pillars"),
        origin="SE",
        variants=single("CDL-PILL", 3250, 1450, 19),
    ),
    product(
        "taper-pair",
        "Tapers in Brass, Pair",
        "light",
        summary="Two slender candles in turned holders that will outlive us.",
        text="The holders are turned from a solid bar and left without lacquer, so they darken where "
        "hands touch them and shine where they do not. The tapers are dipped **thirty times** to "
        "get their shape. Standard candles fit as well, should you run out in the middle of a "
        "conversation.",
        facts=("Holders 9 cm, solid brass", "Tapers 28 cm, ten hours each", "Ships in a felt-lined box"),
        picture=PictureSpec("candle", "night", "stripes", "taper"),
        origin="SE",
        variants=single("CDL-TAPR", 5900, 820, 7),
    ),
)
