"""Sizes as people know them: kept in one text per product, and put into an order that makes sense."""

import re
from collections.abc import Iterable

from shop.text import normalise

# Between sizes in a product's text. No size holds one: labels are single lines.
MARK = "\n"
LETTERS = ("xxxs", "xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl", "4xl", "5xl")
WORDS = ("mini", "extra small", "small", "medium", "regular", "large", "extra large")
SAME = {"2xs": "xxs", "3xs": "xxxs", "2xl": "xxl", "3xl": "xxxl"}
# To grams, millilitres and millimetres.
UNITS = {
    "mg": 0.001,
    "g": 1,
    "kg": 1000,
    "ml": 1,
    "cl": 10,
    "dl": 100,
    "l": 1000,
    "mm": 1,
    "cm": 10,
    "m": 1000,
}
KINDS = {"mg": 1, "g": 1, "kg": 1, "ml": 2, "cl": 2, "dl": 2, "l": 2, "mm": 3, "cm": 3, "m": 3}
_amount = re.compile(r"(\d{1,9}(?:[.,]\d{1,9})?)\s?([a-z]{0,2})\b")
_paper = re.compile(r"a(\d)\b")


def join(labels: Iterable[str]) -> str:
    """One text of some labels; "" if there are none. A thing with only one form has the label ""."""
    unique = list(dict.fromkeys(labels))
    return MARK + MARK.join(unique) + MARK if unique else ""


def split(text: str) -> tuple[str, ...]:
    """The labels of such a text."""
    return tuple(text[1:-1].split(MARK)) if text else ()


def order(label: str) -> tuple[object, ...]:
    """Sort sizes by this: XS before S before M, 250 g before 1 kg, A6 before A5, all else by name.

    >>> sorted(["XL", "500 ml", "S", "1 l", "A2", "42", "XS", "A3", "9"], key=order)
    ['XS', 'S', 'XL', '9', '42', '500 ml', '1 l', 'A3', 'A2']
    """
    plain = normalise(label)
    letters = SAME.get(plain, plain)
    if letters in LETTERS:
        return 0, 0, float(LETTERS.index(letters)), plain, label
    if letters in WORDS:
        return 1, 0, float(WORDS.index(letters)), plain, label
    if paper := _paper.match(plain):
        return 3, 0, -float(paper[1]), plain, label
    if amount := _amount.match(plain):
        number, unit = float(amount[1].replace(",", ".")), amount[2]
        return 2, KINDS.get(unit, 0), number * UNITS.get(unit, 1), plain, label
    return 4, 0, 0.0, plain, label
