"""Wear: tees, hoodies, socks and hats."""

from ..entries import product, single, sizes
from ..pictures.spec import PictureSpec

PRODUCTS = (
    product(
        "sunrise-tee",
        "Sunrise Tee",
        "wear",
        summary="A heavy cotton tee with hills and a sun on the chest.",
        text="Cut straight, knitted dense, washed before sewing so that the size you buy is the size "
        "you keep. The print goes on with water based ink: you can **iron over it, sleep in it**, "
        "and it will fade only as gracefully as the shirt itself. The neckband is double stitched "
        "and does not wander.",
        facts=("Organic cotton, 220 g/m²", "Regular fit, unisex", "Wash at 40 °C, inside out"),
        picture=PictureSpec("tee", "plum", "sunrise", "circle"),
        origin="PT",
        variants=sizes(
            "TEE-SUNR",
            {"XS": 9, "S": 24, "M": 31, "L": 28, "XL": 3, "XXL": 0},
            price=2990,
            weight=170,
            heavier=14,
        ),
    ),
    product(
        "peaks-tee",
        "High Peaks Tee",
        "wear",
        summary="Forest green, square print, good on and off the mountain.",
        text="The same dependable tee with three summits in a neat frame. It was meant for hikers, "
        "then the bakers and the cyclists asked for it. The cotton has a **little texture**, "
        "dries quickly for its weight, and the shoulder seams sit forward, where rucksack straps "
        "cannot find them.",
        facts=("Organic cotton, 220 g/m²", "Regular fit, unisex", "Wash at 40 °C, inside out"),
        picture=PictureSpec("tee", "forest", "peaks", "square"),
        origin="PT",
        variants=sizes(
            "TEE-PEAK", {"S": 18, "M": 26, "L": 22, "XL": 15, "XXL": 4}, price=2990, weight=175, heavier=14
        ),
    ),
    product(
        "breton-tee",
        "Harbour Stripe Tee",
        "wear",
        summary="The striped shirt, at the right distance between stripes.",
        text="Everyone makes one; we only wanted ours to be exact. The stripes are **knitted, not "
        "printed**, and they meet at the side seams because somebody takes the time to line them "
        "up. A slightly boat-shaped neck, a slightly longer back, and a weight that suits April "
        "and October alike.",
        facts=("Organic cotton, 240 g/m²", "Relaxed fit, unisex", "Wash at 40 °C"),
        picture=PictureSpec("tee", "ocean", "stripes", "all"),
        origin="FR",
        variants=sizes(
            "TEE-BRET", {"XS": 7, "S": 16, "M": 0, "L": 19, "XL": 11}, price=3490, weight=180, heavier=15
        ),
    ),
    product(
        "pocket-tee",
        "Pocket Garden Tee",
        "wear",
        summary="A plain tee with a small secret garden over the heart.",
        text="From across the street it is a quiet tee in a good colour. From across the table there "
        "are flowers in the pocket. The pocket is lined, so a pen does not sag it, and **sewn "
        "with a bar at each corner** for people who put their hands in everything.",
        facts=("Organic cotton, 200 g/m²", "Regular fit, unisex", "Wash at 40 °C"),
        picture=PictureSpec("tee", "sage", "blooms", "pocket"),
        origin="PT",
        variants=sizes("TEE-PCKT", {"S": 21, "M": 23, "L": 5, "XL": 12}, price=2790, weight=165, heavier=14),
    ),
    product(
        "everyday-hoodie",
        "Everyday Hoodie",
        "wear",
        summary="Brushed inside, structured outside, with a hood that holds.",
        text="We measured the hoodies we stole from other people and kept the best of each. The hood "
        "is lined and stands up by itself; the cuffs are long enough to push up and **come back "
        "down**. The inside is brushed once, which is soft without shedding on everything you "
        "own.",
        facts=("Organic cotton, 360 g/m²", "Relaxed fit, unisex", "Metal-tipped cords, kangaroo pocket"),
        picture=PictureSpec("hoodie", "lilac", "plain", "plain"),
        origin="PT",
        variants=sizes(
            "HOD-EVRY",
            {"XS": 6, "S": 14, "M": 20, "L": 17, "XL": 9, "XXL": 2},
            price=6990,
            weight=520,
            heavier=40,
        ),
    ),
    product(
        "campfire-hoodie",
        "Campfire Hoodie",
        "wear",
        summary="Our heaviest hoodie, with a small sunrise to walk towards.",
        text="Made for the hour when everyone else goes inside. Dense fleece keeps the wind out, the "
        "rib at the waist keeps the warmth in, and the print on the chest catches **the light of "
        "whatever you have lit**. Ash and coffee come out at forty degrees; we have checked.",
        facts=("Organic cotton, 400 g/m²", "Relaxed fit, unisex", "Wash at 40 °C, inside out"),
        picture=PictureSpec("hoodie", "ink", "sunrise", "circle"),
        origin="PT",
        variants=sizes("HOD-CAMP", {"S": 10, "M": 13, "L": 3, "XL": 0}, price=7490, weight=560, heavier=40),
    ),
    product(
        "diamond-socks",
        "Diamond Socks",
        "wear",
        summary="Small diamonds, contrast heels, no slipping.",
        text="A sock has one job and most of them resign by noon. Ours stay up thanks to a wide rib "
        "that **holds without marking**, and stay comfortable thanks to a toe closed by hand. The "
        "diamonds are knitted in, so they stretch along with you instead of cracking.",
        facts=("80 % combed cotton, 18 % polyamide, 2 % elastane", "Hand-linked toe", "Wash at 40 °C"),
        picture=PictureSpec("socks", "terracotta", "diamonds"),
        origin="PT",
        variants=sizes("SCK-DIAM", {"36–40": 57, "41–46": 49}, price=1190, weight=60, heavier=8),
    ),
    product(
        "wave-socks",
        "High Tide Socks",
        "wear",
        summary="Waves from rib to toe, for feet that would rather be swimming.",
        text="Knitted with a finer needle than usual, so the waves really curve. The sole is terry "
        "inside, which your heels will notice around kilometre eight, and the arch has a **band "
        "of extra stretch** that keeps the sock from turning. They dry overnight on any railing.",
        facts=("Merino and cotton", "Padded sole", "Wash at 30 °C"),
        picture=PictureSpec("socks", "sky", "waves"),
        origin="PT",
        variants=sizes("SCK-TIDE", {"36–40": 35, "41–46": 4}, price=1490, weight=75, heavier=8),
    ),
    product(
        "dot-socks",
        "Confetti Socks",
        "wear",
        summary="A party that nobody sees until you sit down.",
        text="Strictly business from the knee up. Below the trouser hem there are little bars of "
        "colour thrown about as if something had just been announced. They are made with the same "
        "firm rib and **smooth toe seam** as all our socks, because celebration is no excuse for "
        "blisters.",
        facts=("80 % combed cotton, 18 % polyamide, 2 % elastane", "Hand-linked toe", "Wash at 40 °C"),
        picture=PictureSpec("socks", "plum", "confetti"),
        origin="PT",
        variants=sizes("SCK-CONF", {"36–40": 28, "41–46": 41}, price=1190, weight=60, heavier=8),
    ),
    product(
        "six-panel-cap",
        "Six Panel Cap",
        "wear",
        summary="A soft crown, a curved brim, a small triangle.",
        text="The kind of cap that looks as though you have had it for years by the second week. The "
        "crown is unlined twill that takes the shape of your head; the brim is curved already, so "
        "you do not have to. A **brass slider** at the back does the rest.",
        facts=("Washed cotton twill", "Adjusts from 54 to 61 cm", "Hand wash"),
        picture=PictureSpec("cap", "mustard", "plain", "patch"),
        origin="PT",
        variants=single("CAP-SIXP", 2690, 85, 45),
    ),
    product(
        "gingham-cap",
        "Picnic Cap",
        "wear",
        summary="A gingham crown with a plain brim. Sandwiches optional.",
        text="Cut from the same cloth as a good picnic blanket and lined with mesh, so that air comes "
        "in and the sun does not. The check is small enough to be a colour from afar. **Fold it, "
        "pocket it**, shake it out: the brim has a core that remembers its curve.",
        facts=("Yarn-dyed cotton, mesh lining", "Adjusts from 54 to 61 cm", "Hand wash"),
        picture=PictureSpec("cap", "berry", "gingham"),
        origin="PT",
        variants=single("CAP-PICN", 2890, 80, 5),
    ),
    product(
        "bobble-beanie",
        "Bobble Beanie",
        "wear",
        summary="Ribbed lambswool with a pompom of some ambition.",
        text="Knitted double around the ears and single above them, so you stay warm without boiling. "
        "The turn-up can go up or down, depending on the wind, and the pompom **unbuttons for "
        "washing** or for serious meetings. It does not itch; we gave the first ones to the most "
        "sensitive foreheads we know.",
        facts=("Lambswool and cotton", "Fits 54–60 cm", "Wool cycle at 30 °C"),
        picture=PictureSpec("beanie", "coral", "plain", "pompom"),
        origin="GB",
        variants=single("BEA-BOBL", 3290, 120, 26),
    ),
    product(
        "fisher-beanie",
        "Fisher Beanie",
        "wear",
        summary="A close knit for wind, spray and Monday mornings.",
        text="No pompom, no nonsense. A deep turn-up gives three layers over the ears, and the rest "
        "sits snugly enough to stay put when the ferry leaves the harbour. Flecks of leftover "
        "yarn are spun into the wool, so **every hat is sprinkled differently** and nothing is "
        "wasted.",
        facts=("Recycled wool", "Fits 55–61 cm", "Hand wash cold"),
        picture=PictureSpec("beanie", "lagoon", "confetti"),
        origin="GB",
        variants=single("BEA-FISH", 2990, 110, 0),
    ),
)
