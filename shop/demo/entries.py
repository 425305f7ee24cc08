"""What a demo category, product and variant are, and short ways to write them down."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from re import sub
from typing import Literal

from .pictures.spec import PictureSpec

TaxClass = Literal["standard", "reduced"]
ONE_SIZE = "One size"


@dataclass(frozen=True)
class DemoCategory:
    slug: str
    name: str
    parent_slug: str | None
    intro: str


@dataclass(frozen=True)
class DemoVariant:
    """One thing on the shelf; `barcode` is an EAN-13 of the range that shops may use among themselves."""

    sku: str
    label: str
    price_minor_units: int
    weight_grams: int
    stock: int
    barcode: str


@dataclass(frozen=True)
class DemoProduct:
    slug: str
    name: str
    category_slug: str
    summary: str
    description_markdown: str
    tax_class: TaxClass
    country_of_origin: str
    picture: PictureSpec
    variants: tuple[DemoVariant, ...]


def check_digit(digits: str) -> str:
    """Work out the last digit of an EAN-13: weights 1 and 3 in turn (GS1 General Specifications, 7.9)."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return str(-total % 10)


def catalogue_barcode(sku: str) -> str:
    """Derive an in-store EAN-13 (21…) from a SKU; fit for some hundred SKUs, which the tests keep apart."""
    number = int.from_bytes(sha256(sku.encode()).digest()[:8]) % 10**10
    digits = f"21{number:010d}"
    return digits + check_digit(digits)


def product(
    slug: str, name: str, category: str, *, summary: str, text: str, facts: tuple[str, ...],
    picture: PictureSpec, variants: tuple[DemoVariant, ...], origin: str, tax: TaxClass = "standard",
) -> DemoProduct:  # fmt: skip
    """Put a product together, its description being the text with the facts as a list below."""
    description = "\n".join([text, "", *(f"- {fact}" for fact in facts)])
    return DemoProduct(slug, name, category, summary, description, tax, origin, picture, variants)


def single(sku: str, price: int, weight: int, stock: int) -> tuple[DemoVariant, ...]:
    """The only variant of a product; price in minor units, weight in grams."""
    return (DemoVariant(sku, ONE_SIZE, price, weight, stock, catalogue_barcode(sku)),)


def sizes(
    prefix: str, stocks: Mapping[str, int], *, price: int, weight: int, dearer: int = 0, heavier: int = 0
) -> tuple[DemoVariant, ...]:
    """One variant per label; each next one costs `dearer` and weighs `heavier` more than the one before."""
    return tuple(
        DemoVariant(
            sku, label, price + place * dearer, weight + place * heavier, stock, catalogue_barcode(sku)
        )
        for place, (label, stock) in enumerate(stocks.items())
        for sku in [f"{prefix}-{sub('[^A-Z0-9]', '', label.upper())}"]
    )
