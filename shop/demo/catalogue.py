"""The demo shop's offer: categories and products, and as many more products as a load test wants."""

from .bulk import bulk_products
from .entries import DemoCategory, DemoProduct, DemoVariant
from .items import desk, home, kitchen, light, outdoors, prints, soft, wear
from .pictures.spec import PictureSpec

__all__ = [
    "CATEGORIES",
    "PRODUCTS",
    "REDUCED",
    "DemoCategory",
    "DemoProduct",
    "DemoVariant",
    "PictureSpec",
    "bulk_products",
]

# Parents come before their children.
CATEGORIES = (
    DemoCategory(
        "kitchen", "Kitchen & Table", None, "Mugs with opinions, pots that pour, and tea to put in them."
    ),
    DemoCategory("home", "Home", None, "Green, round and ticking things that make four walls yours."),
    DemoCategory("light", "Light", "home", "Lamps and candles for every hour after four o'clock."),
    DemoCategory("soft", "Soft Things", "home", "Blankets and cushions with a talent for cancelling plans."),
    DemoCategory("prints", "Prints", "home", "Screen prints in few inks, framed or ready for yours."),
    DemoCategory(
        "desk", "Desk & Play", None, "Paper that takes ink, pens that start, games that end in laughter."
    ),
    DemoCategory("wear", "Wear", None, "Honest cotton and wool, cut to be worn on ordinary days."),
    DemoCategory(
        "outdoors", "Outdoors", None, "Bags, bottles and blankets that wait by the door for good weather."
    ),
)

PRODUCTS = (
    *kitchen.PRODUCTS,
    *home.PRODUCTS,
    *light.PRODUCTS,
    *soft.PRODUCTS,
    *prints.PRODUCTS,
    *desk.PRODUCTS,
    *wear.PRODUCTS,
    *outdoors.PRODUCTS,
)

# What has been reduced, and how many percent more it cost before.
REDUCED = {
    "nesting-bowls": 25,
    "daisy-clock": 30,
    "pleated-table-lamp": 20,
    "highland-throw": 25,
    "arches-cushion": 40,
    "herbarium-print": 30,
    "lighthouse-game": 20,
    "peaks-tee": 30,
    "zigzag-backpack": 25,
    "summit-flask": 20,
}
