"""Kitchen & Table: mugs, pots, bowls, and what goes into them."""

from ..entries import product, single, sizes
from ..pictures.spec import PictureSpec

PRODUCTS = (
    product(
        "terrazzo-mug",
        "Terrazzo Mug",
        "kitchen",
        summary="A generous morning mug with chips of colour under a satin glaze.",
        text="Every chip in the clay is pressed in by hand before the first firing, so no two mugs "
        "agree on where the colour goes. The handle takes three fingers, the rim is thin enough "
        "to forget, and the **satin glaze** stays clean through years of dishwashing. It has "
        "quietly become the mug that people fight over.",
        facts=(
            "350 ml, filled to a sensible height",
            "Stoneware, glazed inside and out",
            "Safe in dishwasher and microwave",
        ),
        picture=PictureSpec("mug", "terracotta", "terrazzo"),
        origin="PT",
        variants=single("MUG-TERR", 1890, 380, 64),
    ),
    product(
        "tall-tide-mug",
        "Tall Tide Mug",
        "kitchen",
        summary="Slim, tall and striped by a steady hand: made for tea with milk.",
        text="A mug that keeps its heat because it refuses to be wide. The waves are painted while the "
        "clay turns, one breath per line, and the glaze pools a little darker in the valleys. It "
        "fits under every coffee machine we could find, and in the hand of somebody reading.",
        facts=("Small holds 280 ml, large 420 ml", "Hand painted stoneware", "Dishwasher safe"),
        picture=PictureSpec("mug", "ocean", "waves", "tall"),
        origin="PT",
        variants=sizes(
            "MUG-TIDE", {"280 ml": 38, "420 ml": 4}, price=1750, dearer=300, weight=320, heavier=90
        ),
    ),
    product(
        "campfire-enamel-mug",
        "Campfire Enamel Mug",
        "kitchen",
        summary="Steel, enamel and a dark rim. Drop it, rinse it, go on.",
        text="Light enough for the rucksack and good-looking enough for the shelf between trips. Two "
        "coats of enamel over rolled steel mean it goes **straight on the stove or the embers**, "
        "and a chip gained on a mountain counts as decoration. Mind the rim when it is hot: it is "
        "honest about temperature.",
        facts=("400 ml", "Enamelled steel, 150 g", "For gas, embers and dishwasher; not for the microwave"),
        picture=PictureSpec("mug", "forest", "speckle", "enamel"),
        origin="PL",
        variants=single("MUG-CAMP", 1450, 150, 120),
    ),
    product(
        "low-breakfast-cup",
        "Low Breakfast Cup",
        "kitchen",
        summary="Half cup, half bowl: wide enough for a croissant to land in.",
        text="Borrowed from long French breakfasts, where coffee is something you hold with both "
        "hands. The belly is round, the foot is narrow, and the dots are stamped with a cork. It "
        "also does soup at noon and ice cream at ten in the evening, without comment.",
        facts=("450 ml", "Glazed stoneware with a raw foot", "Stacks two high"),
        picture=PictureSpec("mug", "blush", "dots", "low"),
        origin="FR",
        variants=single("MUG-LOWB", 2150, 410, 27),
    ),
    product(
        "river-teapot",
        "River Teapot",
        "kitchen",
        summary="A round pot that pours without a drip, with a walnut knob.",
        text="We tried eleven spouts before we kept this one. It is cut at a slant, so the last drop "
        "runs back inside instead of down the side. The lid locks with a quarter turn, the "
        "**strainer is built in**, and the knob of oiled wood stays cool enough to hold. A pot "
        "for three, or for one with a long book.",
        facts=("1.1 litres", "Stoneware, walnut knob", "Built-in strainer for loose leaves"),
        picture=PictureSpec("teapot", "sage", "waves"),
        origin="DE",
        variants=single("POT-RIVR", 5900, 980, 18),
    ),
    product(
        "orchard-teapot",
        "Orchard Teapot",
        "kitchen",
        summary="Blossom on deep plum, for slow afternoons and large families.",
        text="The same slanted spout as our River, one size up and dressed for company. Blossom is "
        "applied as a transfer under the glaze, so it cannot be scrubbed away by enthusiastic "
        "guests. It keeps tea hot for about forty minutes, or an hour beneath a folded towel.",
        facts=("1.6 litres, eight small cups", "Stoneware, beech knob", "Hand wash the lid"),
        picture=PictureSpec("teapot", "plum", "blooms"),
        origin="DE",
        variants=single("POT-ORCH", 6450, 1240, 0),
    ),
    product(
        "nesting-bowls",
        "Nesting Bowls, Set of Three",
        "kitchen",
        summary="Three bowls, three colours, the space of one in the cupboard.",
        text="Big for dough, middle for salad, small for everything else. Walls that lean out just so "
        "let them nest without scraping, and each foot has an unglazed ring that grips the table "
        "while you whisk. They are **oven proof to 220 °C**, which makes the middle one a very "
        "good pie dish.",
        facts=("0.6, 1.4 and 2.8 litres", "Speckled stoneware", "Oven, freezer and dishwasher safe"),
        picture=PictureSpec("bowl", "coral", "speckle", "stack"),
        origin="PT",
        variants=single("BWL-NEST", 7450, 2600, 22),
    ),
    product(
        "sunday-fruit-bowl",
        "Sunday Fruit Bowl",
        "kitchen",
        summary="A wide bowl that makes three oranges look like a plan.",
        text="Fruit that is seen gets eaten, and this bowl is built to be seen. It is thrown wide and "
        "shallow so that nothing hides at the bottom and nothing bruises, with scallops painted "
        "around the outside. Empty, it holds keys, letters and the remote control with equal "
        "grace.",
        facts=("32 cm across", "Glazed earthenware", "Wipe clean"),
        picture=PictureSpec("bowl", "lagoon", "scallops", "fruit"),
        origin="ES",
        variants=single("BWL-SUND", 4950, 1650, 9),
    ),
    product(
        "meadow-tea",
        "Meadow Tea, Loose Leaf",
        "kitchen",
        summary="Lemon verbena, mint and camomile in a tin worth keeping.",
        text="A caffeine-free blend for the hour after supper. The leaves are left whole, so give them "
        "six minutes and some room; a second pot from the same spoon is not only allowed but "
        "better. When the tea is gone the **tin closes tight** on buttons, seeds or biscuits.",
        facts=(
            "Organic herbs, nothing else",
            "100 g makes about fifty cups",
            "Refillable tin with a press lid",
        ),
        picture=PictureSpec("tin", "mustard", "blooms"),
        origin="DE",
        tax="reduced",
        variants=sizes("TEA-MEAD", {"50 g": 44, "100 g": 31}, price=890, dearer=600, weight=140, heavier=70),
    ),
    product(
        "smoke-and-plum-tea",
        "Smoke & Plum Tea",
        "kitchen",
        summary="Black tea dried over pine, rounded with plum. Best in bad weather.",
        text="Rain on the window, a lamp, a chair: this tea was blended for that corner. Large black "
        "leaves are dried over pine for a gentle smoke, then mixed with slices of plum that "
        "soften the edge. Brew it strong, and add a drop of milk if nobody is looking.",
        facts=("Black tea, plum, nothing artificial", "100 g", "Four minutes at 95 °C"),
        picture=PictureSpec("tin", "berry", "stripes"),
        origin="LK",
        tax="reduced",
        variants=single("TEA-SMOK", 1390, 210, 52),
    ),
    product(
        "early-bird-coffee",
        "Early Bird Coffee",
        "kitchen",
        summary="A bright morning roast with notes of cocoa and orange peel.",
        text="Two washed coffees from small farms, roasted light enough to keep their fruit and dark "
        "enough to stand up to milk. We roast on Mondays and post the same week, and the **date "
        "is stamped on every bag**. Good in a filter, friendly in a moka pot, and forgiving if "
        "you cannot count seconds before breakfast.",
        facts=("Whole beans, 100 % arabica", "Cocoa, orange peel, hazelnut", "Resealable paper pouch"),
        picture=PictureSpec("pouch", "terracotta", "arches"),
        origin="DE",
        tax="reduced",
        variants=sizes(
            "COF-EARL", {"250 g": 80, "500 g": 35, "1 kg": 3}, price=950, dearer=850, weight=270, heavier=260
        ),
    ),
    product(
        "night-train-coffee",
        "Night Train Decaf",
        "kitchen",
        summary="All of the evening ritual, none of the ceiling staring.",
        text="Decaf for people who like coffee. The caffeine is washed out with spring water and "
        "nothing else, which leaves caramel, walnut and a long dry finish. Roasted a shade darker "
        "than our Early Bird, it makes a fine espresso after dinner and an even better affogato.",
        facts=("Whole beans, water process", "Caramel, walnut, dark sugar", "Resealable paper pouch"),
        picture=PictureSpec("pouch", "ink", "chevron"),
        origin="DE",
        tax="reduced",
        variants=sizes(
            "COF-NGHT", {"250 g": 41, "500 g": 0}, price=1050, dearer=900, weight=270, heavier=260
        ),
    ),
    product(
        "gingham-tea-towels",
        "Gingham Tea Towels, Pair",
        "kitchen",
        summary="Two towels in washed half-linen that actually dry things.",
        text="Linen drinks the water, cotton keeps it soft, and together they polish a wine glass "
        "without leaving a hair behind. Woven in a classic check, washed before they reach you, "
        "and finished with a **loop in the corner** where a loop belongs. They get better for "
        "about ten years.",
        facts=("50 × 70 cm each", "55 % linen, 45 % cotton", "Wash at 60 °C"),
        picture=PictureSpec("towel", "mint", "gingham", "pair"),
        origin="LT",
        variants=single("TWL-GING", 2290, 260, 73),
    ),
    product(
        "harvest-tea-towel",
        "Harvest Tea Towel",
        "kitchen",
        summary="One large towel, printed with leaves in three inks.",
        text="Big enough to dry the roasting tin, wrap the bread or pass for a small tablecloth in the "
        "park. The leaves are screen printed with water based inks that sink into the cloth, so "
        "the print stays as soft as the rest. It also makes a gift wrap that nobody throws away.",
        facts=("60 × 90 cm", "Organic cotton", "Wash at 60 °C, iron warm"),
        picture=PictureSpec("towel", "forest", "leaves"),
        origin="TR",
        variants=single("TWL-HARV", 1490, 170, 58),
    ),
    product(
        "dipped-serving-board",
        "Dipped Serving Board",
        "kitchen",
        summary="Cherry wood with its feet in paint: half tool, half picture.",
        text="Cut from a single plank, oiled three times, then dipped to the ankle in food-safe "
        "colour. Use the bare side for bread and lemons and the painted end as the place to hold "
        "it. The hole takes a hook or a finger, and the edges are **rounded over by hand**.",
        facts=(
            "Small 30 cm, large 42 cm",
            "Cherry wood, plant oil finish",
            "Rinse, dry and oil now and then",
        ),
        picture=PictureSpec("board", "sky", "confetti"),
        origin="AT",
        variants=sizes(
            "BRD-DIPP", {"Small": 26, "Large": 14}, price=3450, dearer=1500, weight=620, heavier=480
        ),
    ),
)
