"""Outdoors: bags, bottles and what makes a bench into a place."""

from ..entries import product, single, sizes
from ..pictures.spec import PictureSpec

PRODUCTS = (
    product(
        "daytrip-backpack",
        "Daytrip Backpack",
        "outdoors",
        summary="Waxed canvas, leather straps, room for lunch and a change of mind.",
        text="One large space, one front pocket, one sleeve for a 14-inch laptop: nothing you have to "
        "learn. The canvas is waxed, so rain beads and scratches can be rubbed away with a thumb. "
        "**Every buckle can be replaced** with a coin and two minutes, and we keep the spares.",
        facts=("18 litres", "Waxed cotton, vegetable-tanned leather", "Padded sleeve for 14 inches"),
        picture=PictureSpec("backpack", "forest", "plain"),
        origin="PT",
        variants=single("BAG-DAYT", 11900, 1050, 14),
    ),
    product(
        "zigzag-backpack",
        "Zigzag Backpack",
        "outdoors",
        summary="A pack with a pulse, for school runs and short escapes.",
        text="The body is woven in a lively zigzag and the pocket is plain, so it is bright without "
        "being shouty. Straps are wide and softly padded; the back panel has a **channel for "
        "air**, which your shirt will appreciate in July. Inside there is a hook for keys, where "
        "keys can be found.",
        facts=("Small 14 litres, large 20 litres", "Recycled polyester, cotton trim", "Water-repellent"),
        picture=PictureSpec("backpack", "ink", "chevron"),
        origin="VN",
        variants=sizes("BAG-ZIGZ", {"14 l": 16, "20 l": 7}, price=8450, dearer=1500, weight=780, heavier=160),
    ),
    product(
        "rolltop-backpack",
        "Rolltop Backpack",
        "outdoors",
        summary="Rolls down small, rolls up large, shuts out the rain.",
        text="Start the day with a notebook and finish it with groceries: the top rolls as far as the "
        "load requires and closes with one leather strap. Seams are taped and the base is double, "
        "so **wet grass is no reason to stand**. The front pocket opens without taking it off "
        "your shoulder.",
        facts=("16 to 26 litres", "Recycled polyester, leather strap", "Taped seams"),
        picture=PictureSpec("backpack", "terracotta", "speckle", "roll"),
        origin="VN",
        variants=single("BAG-ROLL", 9950, 890, 10),
    ),
    product(
        "market-tote",
        "Market Tote",
        "outdoors",
        summary="A canvas tote with shoulder-length handles and leaves on the front.",
        text="It carries two melons, a bunch of chard and a newspaper, in that order. The canvas is "
        "the heavy sort that stands up by itself while you pack, and the handles are **crossed "
        "and stitched** where other bags give way. Inside there is a small pocket for coins and "
        "lists.",
        facts=("38 × 42 × 12 cm", "Organic cotton canvas, 400 g/m²", "Wash at 30 °C"),
        picture=PictureSpec("tote", "blush", "leaves", "square"),
        origin="IN",
        variants=single("TOT-MRKT", 2250, 320, 88),
    ),
    product(
        "gallery-tote",
        "Gallery Tote",
        "outdoors",
        summary="A round landscape on plain canvas; sun included.",
        text="The one that comes back from every museum trip, minus the museum. A single disc of "
        "printed hills sits on undyed canvas, large enough to enjoy and small enough to wear with "
        "anything. **Handles fit over a winter coat**, which we tested in February with real "
        "impatience.",
        facts=("36 × 40 cm", "Undyed organic cotton", "Screen printed by hand"),
        picture=PictureSpec("tote", "lagoon", "sunrise", "circle"),
        origin="IN",
        variants=single("TOT-GALL", 1950, 240, 61),
    ),
    product(
        "allover-tote",
        "Swimming Day Tote",
        "outdoors",
        summary="Fish-scale print, sand-proof lining, room for three towels.",
        text="A big, cheerful bag for the side of the lake. The lining wipes clean, sand leaves "
        "through two small eyelets in the base, and the scales on the outside are printed in "
        "shades that **hide sun cream**. Long handles for the shoulder, short ones for running to "
        "the bus.",
        facts=("48 × 40 × 18 cm", "Cotton canvas with coated lining", "Two pairs of handles"),
        picture=PictureSpec("tote", "mint", "scallops", "all"),
        origin="TR",
        variants=single("TOT-SWIM", 3450, 460, 4),
    ),
    product(
        "everyday-bottle",
        "Everyday Bottle",
        "outdoors",
        summary="Double-walled steel that keeps cold for a day and quiet in meetings.",
        text="It does not leak, clank or taste of yesterday. The wall is double with a vacuum in "
        "between, so ice survives until the evening and tea until the summit. The neck is wide "
        "enough for a brush and narrow enough to drink from, and the **cap turns shut in one "
        "go**.",
        facts=("Cold 24 hours, hot 12 hours", "18/8 stainless steel, no BPA", "Hand wash"),
        picture=PictureSpec("bottle", "mint", "terrazzo"),
        origin="CN",
        variants=sizes(
            "BTL-EVRY",
            {"350 ml": 39, "500 ml": 72, "750 ml": 25, "1 l": 0},
            price=2490,
            dearer=400,
            weight=260,
            heavier=70,
        ),
    ),
    product(
        "slim-stripe-bottle",
        "Slim Stripe Bottle",
        "outdoors",
        summary="Fits the bag's side pocket, the bike and a small hand.",
        text="A narrower bottle for people who carry other things too. It weighs no more than a "
        "paperback, fits every cup holder we met, and the powder coating has enough grip for wet "
        "hands. The loop **takes a carabiner** or two fingers on the way upstairs.",
        facts=("450 ml", "Single-walled stainless steel", "Dishwasher safe without the cap"),
        picture=PictureSpec("bottle", "mustard", "stripes", "slim"),
        origin="CN",
        variants=single("BTL-SLIM", 1950, 180, 53),
    ),
    product(
        "summit-flask",
        "Summit Flask",
        "outdoors",
        summary="A proper flask with a cup for a lid and soup in its heart.",
        text="There is a particular happiness in unscrewing a cup at the top of something. The Summit "
        "pours without being opened all the way, which keeps the second round as hot as the "
        "first, and the lid is a **real cup, insulated too**. One coat of enamel-hard lacquer, "
        "many winters.",
        facts=("800 ml, hot for 20 hours", "18/8 stainless steel", "Cup holds 200 ml"),
        picture=PictureSpec("bottle", "night", "peaks", "flask"),
        origin="CN",
        variants=single("BTL-SUMM", 4290, 540, 18),
    ),
    product(
        "picnic-roll-blanket",
        "Picnic Roll Blanket",
        "outdoors",
        summary="A striped blanket on leather straps, ready at the door.",
        text="Wool above, waxed cotton below, leather to carry it with. Damp grass stops at the "
        "underside, and crumbs shake off the top. Rolled up it looks so decorative that it tends "
        "to live in the hall, which is **the point**: you take it along because it is there.",
        facts=("150 × 200 cm", "Recycled wool, waxed cotton back", "Leather carrier included"),
        picture=PictureSpec("blanket", "mustard", "pinstripes", "roll"),
        origin="PT",
        variants=single("OUT-PICN", 8950, 1800, 9),
    ),
    product(
        "porch-lantern",
        "Porch Lantern",
        "outdoors",
        summary="Rechargeable light with the manners of a candle.",
        text="Turn the knob and the light comes up slowly, warm as a flame and indifferent to wind. On "
        "the lowest setting it lasts for **sixty hours**, enough for a week of late suppers "
        "outside. Charge it from anything with a USB-C cable, or hang it from a branch by its "
        "loop.",
        facts=("26 cm high", "Dims from 5 to 200 lumens", "Splash-proof, USB-C, battery can be changed"),
        picture=PictureSpec("lantern", "lagoon", "plain"),
        origin="CN",
        variants=single("OUT-LNTN", 6450, 720, 16),
    ),
)
