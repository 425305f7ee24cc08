"""Soft Things: blankets and cushions."""

from ..entries import product, single, sizes
from ..pictures.spec import PictureSpec

PRODUCTS = (
    product(
        "harbour-blanket",
        "Harbour Wool Blanket",
        "soft",
        summary="Broad stripes in pure new wool, heavy in the best way.",
        text="Woven on looms that have been making blankets for ninety years, from wool that never "
        "leaves the region. It starts out sturdy and turns soft with use, like its owners. The "
        "fringe is **twisted by hand**, and the weight is the kind that makes an armchair hard to "
        "leave.",
        facts=("Pure new wool", "Air it rather than wash it", "Woven, washed and brushed in one mill"),
        picture=PictureSpec("blanket", "ocean", "stripes"),
        origin="PT",
        variants=sizes(
            "BLK-HARB",
            {"130 × 180 cm": 18, "180 × 220 cm": 6},
            price=8900,
            dearer=4000,
            weight=1150,
            heavier=650,
        ),
    ),
    product(
        "highland-throw",
        "Highland Check Throw",
        "soft",
        summary="A soft plaid throw for sofas, laps and late guests.",
        text="The check was drawn on squared paper over one long weekend, then simplified until "
        "nothing could be left out. Lambswool on a fine cotton warp makes it lighter than it "
        "looks and **not in the least scratchy**. It folds into a neat stack and is rarely seen "
        "in one.",
        facts=("140 × 190 cm", "Lambswool and cotton", "Wool cycle at 30 °C"),
        picture=PictureSpec("blanket", "berry", "plaid"),
        origin="GB",
        variants=single("BLK-HIGH", 7900, 980, 13),
    ),
    product(
        "polka-cushion",
        "Polka Cushion",
        "soft",
        summary="Mustard velvet, cream dots, immediate good mood.",
        text="A sofa can be forgiven nearly anything if the cushions are right. This one is cotton "
        "velvet, dense enough to hold its colour and short enough to shrug off crumbs. The dots "
        "are woven in. **The cover zips off**, the filling is recycled, and it does not mind "
        "being sat upon.",
        facts=("Cotton velvet", "Filling of recycled fibres included", "Cover washes at 30 °C"),
        picture=PictureSpec("cushion", "mustard", "dots"),
        origin="TR",
        variants=sizes(
            "CSH-POLK", {"45 × 45 cm": 34, "60 × 60 cm": 12}, price=3490, dearer=1500, weight=620, heavier=380
        ),
    ),
    product(
        "pleated-round-cushion",
        "Pleated Round Cushion",
        "soft",
        summary="A velvet sunburst with a button in the middle.",
        text="Forty pleats, one button, and no corners to lose in the sofa. It is sewn the way seat "
        "cushions were sewn a hundred years ago, gathered by hand towards the centre, so the "
        "light plays around it all day. **Firm enough** to lean on with a book.",
        facts=("40 cm across", "Cotton velvet", "Spot clean"),
        picture=PictureSpec("cushion", "coral", "plain", "round"),
        origin="TR",
        variants=single("CSH-PLEA", 4450, 780, 20),
    ),
    product(
        "arches-cushion",
        "Arches Cushion & Bolster",
        "soft",
        summary="A patterned square and a plain bolster, arranged for you.",
        text="We got tired of explaining how to arrange cushions, so here is the pair. The square "
        "carries rows of little arches in three colours; the bolster in front is plain and **just "
        "the size of the small of your back**. Together they make a bench into a window seat.",
        facts=("Square 50 cm, bolster 45 × 18 cm", "Washed linen and cotton", "Covers wash at 40 °C"),
        picture=PictureSpec("cushion", "lilac", "arches", "long"),
        origin="LT",
        variants=single("CSH-ARCH", 6950, 1300, 4),
    ),
)
