"""Further products by the thousand, believable enough to search, filter and sort in a load test."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from .entries import ONE_SIZE, DemoProduct, DemoVariant, TaxClass, check_digit
from .pictures.palettes import PALETTES
from .pictures.spec import PictureSpec

MOST_SEEDS = 1_000
MOST_PRODUCTS = 1_000_000


@dataclass(frozen=True)
class Kind:
    """A family of things: what they are called, where they stand, what one costs (minor units) and weighs (grams)."""

    noun: str
    category: str
    motif: str
    forms: tuple[str, ...]
    labels: tuple[str, ...]
    prices: tuple[int, int]
    weight: int
    tax: TaxClass = "standard"


CLOTHES = ("XS", "S", "M", "L", "XL", "XXL")
ONE = (ONE_SIZE,)
KINDS = (
    Kind("Mug", "kitchen", "mug", ("", "tall", "low", "enamel"), ONE, (1100, 2500), 350),
    Kind("Teapot", "kitchen", "teapot", ("",), ONE, (3900, 7900), 1000),
    Kind("Bowl", "kitchen", "bowl", ("", "stack", "fruit"), ("Small", "Large"), (1900, 5900), 900),
    Kind("Tea", "kitchen", "tin", ("",), ("50 g", "100 g"), (700, 1500), 140, "reduced"),
    Kind("Coffee", "kitchen", "pouch", ("",), ("250 g", "500 g", "1 kg"), (800, 1400), 270, "reduced"),
    Kind("Tea Towel", "kitchen", "towel", ("", "pair"), ONE, (900, 2500), 150),
    Kind("Board", "kitchen", "board", ("", "walnut"), ("Small", "Large"), (2500, 4900), 600),
    Kind(
        "Planter",
        "home",
        "pot",
        ("monstera", "snake", "trailing", "cactus"),
        ("S", "M", "L"),
        (1500, 4900),
        1800,
    ),
    Kind("Vase", "home", "vase", ("", "slim"), ONE, (1900, 5900), 800),
    Kind("Clock", "home", "clock", ("",), ONE, (3900, 7900), 880),
    Kind("Lamp", "light", "lamp", ("", "mushroom", "desk"), ONE, (5900, 16900), 2200),
    Kind("Candle", "light", "candle", ("", "pillars", "taper"), ("Small", "Large"), (1200, 3500), 400),
    Kind("Blanket", "soft", "blanket", ("", "roll"), ("130 × 180 cm", "180 × 220 cm"), (4900, 12900), 1200),
    Kind(
        "Cushion", "soft", "cushion", ("", "round", "long"), ("45 × 45 cm", "60 × 60 cm"), (2500, 5900), 600
    ),
    Kind(
        "Print", "prints", "poster", ("sun", "peaks", "shapes", "plant", ""), ("A3", "A2"), (1500, 5900), 200
    ),
    Kind("Notebook", "desk", "notebook", ("", "spiral", "stack"), ("A6", "A5"), (700, 2500), 200),
    Kind("Pen Set", "desk", "pens", ("", "pencils"), ONE, (900, 3900), 120),
    Kind("Board Game", "desk", "game", ("", "dice"), ONE, (1900, 4900), 1200),
    Kind("Tee", "wear", "tee", ("circle", "square", "all", "pocket"), CLOTHES, (1900, 3900), 180),
    Kind("Hoodie", "wear", "hoodie", ("plain", "circle", "square"), CLOTHES, (5900, 8900), 560),
    Kind("Socks", "wear", "socks", ("",), ("36–40", "41–46"), (800, 1700), 70),
    Kind("Cap", "wear", "cap", ("", "patch"), ONE, (1900, 3500), 85),
    Kind("Beanie", "wear", "beanie", ("", "pompom"), ONE, (1900, 3900), 110),
    Kind("Tote", "outdoors", "tote", ("square", "circle", "all"), ONE, (1200, 3500), 300),
    Kind("Backpack", "outdoors", "backpack", ("", "roll"), ("14 l", "20 l"), (6900, 12900), 900),
    Kind(
        "Bottle",
        "outdoors",
        "bottle",
        ("", "slim", "flask"),
        ("350 ml", "500 ml", "750 ml"),
        (1500, 4500),
        250,
    ),
)

MOODS = (
    "Quiet", "Bright", "Little", "Evening", "Morning", "Wandering", "Gentle", "Winter", "Summer", "Honest", "Merry",
    "Steady", "Northern", "Southern", "Early", "Late", "Golden", "Silver", "Drifting", "Plain", "Lucky", "Humble",
    "Open", "Secret", "Sunday", "Monday", "April", "October", "Wild", "Calm", "Curious", "Patient",
)  # fmt: skip
PLACES = (
    "Harbour", "Meadow", "Orchard", "River", "Summit", "Garden", "Window", "Lighthouse", "Market", "Forest", "Island",
    "Valley", "Attic", "Courtyard", "Terrace", "Lagoon", "Moor", "Coast", "Station", "Library", "Pebble", "Willow",
    "Juniper", "Clover", "Heron", "Finch", "Hazel", "Maple", "Thistle", "Amber", "Cinder", "Linen", "Paper", "Cloud",
)  # fmt: skip
PATTERNS = (
    "plain", "stripes", "dots", "waves", "terrazzo", "grid", "gingham", "chevron", "diamonds", "scallops", "leaves",
    "blooms", "confetti", "arches", "plaid", "bands",
)  # fmt: skip
PRAISE = (
    "Made in small runs, and checked by the person who packs it.",
    "A plain idea, done carefully, at a price that makes sense.",
    "Built to be used every day and to look the better for it.",
    "One of those things that finds its place on the first evening.",
    "Good material, no fuss, and spare parts where parts wear out.",
)
FACTS = ("Ships in plain recycled card", "Made in batches of a few hundred", "Two years of guarantee",
         "Repaired rather than replaced where we can", "Weighed and measured by us")  # fmt: skip
ORIGINS = ("DE", "PT", "FR", "IT", "PL", "LT", "SE", "DK", "ES", "AT")
ENDINGS = (0, 50, 90)
PALETTE_NAMES = tuple(PALETTES)


def bulk_products(count: int, seed: int) -> Iterator[DemoProduct]:
    """Make `count` products, always the same for a seed; slugs, SKUs and barcodes of two seeds never meet.

    Raises ValueError beyond what the barcodes have room for: seeds 0 to 999, a million products each.
    """
    if not 0 <= seed < MOST_SEEDS or not 0 <= count <= MOST_PRODUCTS:
        raise ValueError(f"Seeds go from 0 to {MOST_SEEDS - 1}, counts from 0 to {MOST_PRODUCTS}.")
    chance = Random(f"tally bulk {seed}")  # noqa: S311 - for variety, not for secrets
    return (_product(index, seed, chance) for index in range(count))


def _product(index: int, seed: int, chance: Random) -> DemoProduct:
    kind = KINDS[index % len(KINDS)]
    name = f"{chance.choice(MOODS)} {chance.choice(PLACES)} {kind.noun}"
    praise, facts = chance.choice(PRAISE), chance.sample(FACTS, 3)
    article = "An" if name[0] in "AEIOU" else "A"
    summary = f"{article} {name.lower()} from our long shelf."
    text = f"The **{name}** belongs to our long shelf. {praise}"
    return DemoProduct(
        slug=f"{name.lower().replace(' ', '-')}-{seed}-{index}",
        name=name,
        category_slug=kind.category,
        summary=summary,
        description_markdown="\n".join([text, "", *(f"- {fact}" for fact in facts)]),
        tax_class=kind.tax,
        country_of_origin=chance.choice(ORIGINS),
        picture=PictureSpec(
            kind.motif,
            chance.choice(PALETTE_NAMES),
            chance.choice(PATTERNS),
            chance.choice(kind.forms),
            index % 7,
        ),
        variants=_variants(kind, index, seed, chance),
    )


def _variants(kind: Kind, index: int, seed: int, chance: Random) -> tuple[DemoVariant, ...]:
    """One variant per label of its kind, dearer and heavier from label to label unless they are clothes."""
    low, high = kind.prices
    price = chance.randrange(low // 100, high // 100) * 100 + chance.choice(ENDINGS)
    step = 0 if kind.labels is CLOTHES else price // 4 // 100 * 100
    return tuple(
        DemoVariant(
            sku=f"L{seed:03d}-{index:06d}-{place}",
            label=label,
            price_minor_units=price + step * place,
            weight_grams=kind.weight + kind.weight // 5 * place,
            stock=_stock(chance),
            barcode=_barcode(seed, index, place),
        )
        for place, label in enumerate(kind.labels)
    )


def _stock(chance: Random) -> int:
    """One in fifteen is sold out, one in ten is nearly so."""
    luck = chance.random()
    if luck < 1 / 15:
        return 0
    return chance.randint(1, 5) if luck < 1 / 15 + 1 / 10 else chance.randint(6, 240)


def _barcode(seed: int, index: int, place: int) -> str:
    """Number an in-store EAN-13 (22…): three digits of seed, six of product, one of variant."""
    digits = f"22{seed:03d}{index:06d}{place}"
    return digits + check_digit(digits)
