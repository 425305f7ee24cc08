"""Desk & Play: paper, pens and games."""

from ..entries import product, single, sizes
from ..pictures.spec import PictureSpec

PRODUCTS = (
    product(
        "arcade-notebook",
        "Arcade Notebook",
        "desk",
        summary="Lies flat, takes ink, closes with a bright elastic.",
        text="Thread-bound in small sections, so it opens flat on the first page and on the last. The "
        "paper is the reason to buy it: smooth, slightly warm in tone, and heavy enough that a "
        "**fountain pen does not show through**. The last twenty sheets tear out cleanly, for "
        "lists that leave the house.",
        facts=(
            "192 numbered pages, 100 g paper",
            "Thread bound, ribbon and elastic",
            "Cover of printed linen",
        ),
        picture=PictureSpec("notebook", "lilac", "arches"),
        origin="DE",
        variants=sizes(
            "NTB-ARCD",
            {"A6 dotted": 66, "A5 dotted": 51, "A5 plain": 28},
            price=1290,
            dearer=400,
            weight=160,
            heavier=120,
        ),
    ),
    product(
        "field-spiral",
        "Field Spiral Notebook",
        "desk",
        summary="A ring-bound companion with a cover that takes the rain.",
        text="For notes taken standing up. The back is a stiff board you can write against, the rings "
        "let the cover fold all the way round, and the outside is waxed, so **drizzle stays on "
        "the surface**. Small enough for a coat pocket, with a grid fine enough for sketches and "
        "sums.",
        facts=("120 pages, 5 mm grid", "Recycled paper, waxed cover", "Perforated sheets"),
        picture=PictureSpec("notebook", "forest", "grid", "spiral"),
        origin="DE",
        variants=single("NTB-FELD", 990, 190, 94),
    ),
    product(
        "ocean-notebook-pair",
        "Ripple Notebooks, Pair",
        "desk",
        summary="One for plans, one for what happened instead.",
        text="Two slim notebooks that share a design and not a purpose. Waves roll over the cover of "
        "the first; the second is plain and bright, easy to find at the bottom of a bag. Both are "
        "**sewn with visible thread** and thin enough to carry as a couple.",
        facts=("A5, 96 pages each", "One lined, one blank", "100 % recycled paper"),
        picture=PictureSpec("notebook", "sky", "waves", "stack"),
        origin="DE",
        variants=single("NTB-RIPL", 1850, 380, 47),
    ),
    product(
        "bloom-diary",
        "Bloom Undated Diary",
        "desk",
        summary="A year that begins on the day you do.",
        text="No printed dates means no guilty empty weeks. Each double page holds seven days and a "
        "generous margin; each month opens with a page for what you would like more of. The cloth "
        "cover is **strewn with blossom**, and there is a pocket at the back for tickets you "
        "cannot throw away.",
        facts=("A5, 160 pages", "Undated weeks and months", "Cloth cover, two ribbons, back pocket"),
        picture=PictureSpec("notebook", "plum", "blooms"),
        origin="DE",
        variants=single("NTB-BLOM", 2450, 410, 30),
    ),
    product(
        "brass-tip-pens",
        "Brass Tip Pens, Set of Five",
        "desk",
        summary="Five colours of ink in five weighty, quiet barrels.",
        text="A pen should start at once and stop when you do. These have a 0.5 mm ceramic ball, ink "
        "that dries before your sleeve arrives, and a brass tip that gives the hand a little "
        "weight to steer by. **Refills are standard**, so the barrels can stay with you for good.",
        facts=("Gel ink, 0.5 mm", "Aluminium and brass", "Takes common G2 refills"),
        picture=PictureSpec("pens", "lagoon"),
        origin="JP",
        variants=single("PEN-BRAS", 3450, 140, 42),
    ),
    product(
        "striped-pencils",
        "Striped Pencils, Set of Five",
        "desk",
        summary="Cedar, soft graphite and an eraser that erases.",
        text="Remember the smell of the first day of school? It was cedar. These pencils sharpen to a "
        "long point without splitting, and the graphite is a **friendly 2B** that is dark enough "
        "to read and light enough to regret. The eraser is worth having, which we understand is "
        "unusual.",
        facts=("Cedar, unwaxed", "2B graphite", "Comes in a reusable card sleeve"),
        picture=PictureSpec("pens", "berry", "stripes", "pencils"),
        origin="PT",
        variants=single("PEN-STRP", 1190, 60, 110),
    ),
    product(
        "harvest-moon-game",
        "Harvest Moon",
        "desk",
        summary="A board game of planting, swapping and well-timed generosity.",
        text="Each player tends a small field under a moon that keeps moving. Plant too early and you "
        "feed the crows; wait too long and your neighbour is already selling. It is taught in ten "
        "minutes, played in forty-five, and **nobody is knocked out** before the end.",
        facts=(
            "2–5 players from 8 years",
            "About 45 minutes",
            "Wooden pieces, no plastic, rules in six languages",
        ),
        picture=PictureSpec("game", "mustard", "leaves", seed=1),
        origin="DE",
        variants=single("GAM-HARV", 3950, 1250, 24),
    ),
    product(
        "lighthouse-game",
        "Keepers of the Light",
        "desk",
        summary="A cooperative evening at the coast, with dice and weather.",
        text="You are the crew of a lighthouse, and a storm is on its way. Roll, decide together which "
        "lamp to tend and which ship to trust to luck, and learn that everyone is **most "
        "talkative at the worst moment**. Eight scenarios grow from gentle breeze to a proper "
        "gale.",
        facts=("1–4 players from 10 years", "30–60 minutes", "Eight scenarios, ten wooden dice"),
        picture=PictureSpec("game", "ocean", "scallops", "dice", seed=2),
        origin="DE",
        variants=single("GAM-LITE", 4450, 1380, 0),
    ),
    product(
        "confetti-party-game",
        "Say It Sideways",
        "desk",
        summary="The word game that makes quiet people loud.",
        text="Explain the word without saying it, drawing it, or making any sense. There are four "
        "hundred cards, a timer that is slightly too short, and a rule that lets the **losing "
        "team choose the next category**. It has survived three family Christmases in our "
        "testing.",
        facts=("4–12 players from 12 years", "20 minutes a round", "400 cards, sand timer, four pawns"),
        picture=PictureSpec("game", "coral", "confetti"),
        origin="PL",
        variants=single("GAM-SIDE", 2990, 980, 36),
    ),
    product(
        "lattice-playing-cards",
        "Lattice Playing Cards",
        "desk",
        summary="A classic deck, cut crisp and printed in two backs.",
        text="Fifty-two cards and two jokers on linen-finish board, which is what gives them their "
        "easy slide and satisfying snap. Half the deck's backs are plum, half are amber, so you "
        "can **split it for two** and find your way back. The faces are plain enough to read "
        "across a train table.",
        facts=("54 cards, poker size", "Linen-finish board", "Tuck box with a magnet"),
        picture=PictureSpec("cards", "plum", "grid"),
        origin="BE",
        variants=single("GAM-CARD", 1450, 110, 85),
    ),
)
