"""Home: plants, vases and clocks."""

from ..entries import product, single
from ..pictures.spec import PictureSpec

PRODUCTS = (
    product(
        "monstera-in-terrazzo",
        "Monstera in a Terrazzo Pot",
        "home",
        summary="A young monstera, already potted, with ambitions for your corner.",
        text="It arrives with five leaves and the firm intention of having fifteen. Water it when the "
        "top of the soil is dry, turn it towards the window once a month, and wipe the leaves "
        "while you are on the phone. The pot has a **hole and a saucer**, as pots should, so it "
        "is hard to drown.",
        facts=("45–55 cm tall with pot", "Bright place, no midday sun", "Keep away from nibbling pets"),
        picture=PictureSpec("pot", "blush", "terrazzo", "monstera"),
        origin="NL",
        tax="reduced",
        variants=single("PLT-MONS", 4450, 3800, 12),
    ),
    product(
        "snake-plant-in-blue",
        "Snake Plant in Ocean Blue",
        "home",
        summary="The plant for people who travel, forget, or both.",
        text="Give it light or do not; water it monthly or when you remember. The snake plant stands "
        "up straight through all of it and keeps its yellow edges tidy. We pot it in mineral soil "
        "that **holds water for weeks**, in a striped pot that looks better the longer it stands "
        "there.",
        facts=("50 cm tall with pot", "Any light but the cellar's", "Water every three to four weeks"),
        picture=PictureSpec("pot", "ocean", "bands", "snake"),
        origin="NL",
        tax="reduced",
        variants=single("PLT-SNAK", 3650, 3400, 21),
    ),
    product(
        "trailing-pothos",
        "Trailing Pothos",
        "home",
        summary="Put it up high and let it come down to see you.",
        text="A pothos grows the way a good story does, a leaf at a time and always a little further "
        "than you expected. Set it on a shelf, let it hang, and cut a vine when it reaches the "
        "floor: in a glass of water it becomes a **second plant** within a month.",
        facts=("Vines of 30–40 cm on arrival", "Half shade is plenty", "Pot of glazed stoneware with saucer"),
        picture=PictureSpec("pot", "mustard", "waves", "trailing"),
        origin="NL",
        tax="reduced",
        variants=single("PLT-POTH", 3250, 2700, 2),
    ),
    product(
        "flowering-cactus",
        "Cactus with a Flower",
        "home",
        summary="Prickly, patient, and once a year surprisingly romantic.",
        text="Most of the time it just stands there with its arms up. Then, usually in May, it opens "
        "one pink flower and everybody in the house is called to look. Keep it bright and nearly "
        "dry, and leave it alone in winter. We wrap it in paper collars, for its sake and **for "
        "your fingers**.",
        facts=("30 cm tall with pot", "Full sun", "A sip every three weeks in summer, none in winter"),
        picture=PictureSpec("pot", "lilac", "diamonds", "cactus"),
        origin="ES",
        tax="reduced",
        variants=single("PLT-CACT", 2750, 2300, 17),
    ),
    product(
        "belly-vase",
        "Belly Vase",
        "home",
        summary="A narrow neck and a round middle: four stems look like forty.",
        text="The secret of an easy bouquet is a small mouth. This vase holds stems upright wherever "
        "you put them, and the weight low down keeps the cat from winning. Speckles come from "
        "iron in the clay and appear where they like during firing, which makes **each piece a "
        "single one**.",
        facts=("24 cm high", "Speckled stoneware, watertight", "Dried stems not included"),
        picture=PictureSpec("vase", "plum", "speckle"),
        origin="PT",
        variants=single("VAS-BELL", 3950, 1150, 16),
    ),
    product(
        "slim-bottle-vase",
        "Slim Bottle Vase",
        "home",
        summary="For the one branch you brought home from the walk.",
        text="Tall, light, and content with a single twig. The grooves are combed into the wet clay "
        "with a piece of wood, then glazed so thinly that you can still feel them with your "
        "thumb. Stand three of them on a window sill at different heights and call it an "
        "arrangement.",
        facts=("28 cm high", "Combed porcelain", "Rinse with warm water and rice"),
        picture=PictureSpec("vase", "sky", "stripes", "slim"),
        origin="PT",
        variants=single("VAS-SLIM", 3250, 640, 33),
    ),
    product(
        "half-past-clock",
        "Half Past Wall Clock",
        "home",
        summary="A quiet clock with a face in two halves and a sweeping hand.",
        text="There is no ticking: the second hand glides. The dial is divided at the horizon, so a "
        "glance from across the kitchen tells you which side of the hour you are on, and the "
        "hands are **broad enough to read without glasses**. One battery lasts roughly two school "
        "years.",
        facts=("30 cm across", "Lacquered steel, glass front", "One AA battery, not included"),
        picture=PictureSpec("clock", "lagoon", "blocks"),
        origin="DE",
        variants=single("CLK-HALF", 5450, 890, 25),
    ),
    product(
        "daisy-clock",
        "Daisy Wall Clock",
        "home",
        summary="Time passes more kindly around a ring of flowers.",
        text="A wreath of blossom runs between the hours, bright enough for a nursery and calm enough "
        "for a hall. Under it sits the same silent movement as in all our clocks, behind a dome "
        "of real glass. Hang it on one screw; the slot at the back finds its own level.",
        facts=("30 cm across", "Painted ash frame", "One AA battery, not included"),
        picture=PictureSpec("clock", "berry", "blooms"),
        origin="DE",
        variants=single("CLK-DAIS", 5950, 870, 6),
    ),
)
