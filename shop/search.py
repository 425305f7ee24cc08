"""How a search understands words: what a product is found by, and how well it fits.

A product's document holds its words one after the other, each between two spaces, so that " tea" finds what begins
with it and "pot " what ends with it: a pattern that PostgreSQL answers from a trigram index and SQLite by reading.
All text is made comparable first, so accents, case and punctuation around words do not count; "T-shirt" is kept as
"t-shirt", "tshirt", "t" and "shirt".
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from operator import add, and_, or_
from typing import Any

from django.db.models import Case, F, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable

from shop.text import normalise

MOST_WORDS = 8
# A word may stand at the end of a longer one: "pot" in "teapot".
SHORTEST_ENDING = 3
# Where nothing begins or ends with a word, it may stand inside of another.
SHORTEST_INSIDE = 2
# A longer one is not corrected.
LONGEST_WORD = 40
DOCUMENT, NAME = "search_document", "search_name"
# In front of what identifies goods: SKUs and barcodes.
CODE = "="
# Single letters that are words of their own, and no part of the next one as in "T shirt".
ARTICLES = {"a", "i", "e", "o", "y"}
_around = "\"'`´.,;:!?()[]{}<>«»„“”‘’‚…·|"
_joints = re.compile(r"[-‐‑–—/'’·.&+_]+")


# --- words ----------------------------------------------------------------------------------------
def words_of(text: str) -> tuple[str, ...]:
    """The words of a text that somebody looks for, comparable, each once, at most `MOST_WORDS`."""
    return tuple(dict.fromkeys(_tokens(text)))[:MOST_WORDS]


def _tokens(text: str) -> Iterator[str]:
    for token in normalise(text).split():
        yield token.strip(_around) or token


def _parts(token: str) -> list[str]:
    """What stands between the hyphens and the like of one token; a single part if there are none."""
    return [part for part in _joints.split(token) if part] or [token]


def stem(word: str) -> str:
    """Where a word and its plural begin alike: "boxes" gives "box", "berries" "berr", "mugs" "mug"."""
    if not word.isalpha() or not word.isascii() or len(word) < 4 or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 5:
        return word[:-3]
    if word.endswith(("ches", "shes", "xes", "sses", "zzes")):
        return word[:-2]
    return word.removesuffix("s")


# --- documents ------------------------------------------------------------------------------------
def vocabulary(texts: Iterable[str]) -> set[str]:
    """The words of some texts that are worth correcting by: letters, neither short nor endless."""
    return {
        part
        for text in texts
        for token in _tokens(text)
        for part in _parts(token)
        if part.isalpha() and 3 <= len(part) <= LONGEST_WORD
    }


def name_text(name: str) -> str:
    """A name as it is searched."""
    return _text(_spread(name))


def document(name: str, texts: Iterable[str], codes: Iterable[str]) -> str:
    """Everything a product is found by: its name, further texts, and its SKUs and barcodes."""
    return _text(
        [*_spread(name), *(word for text in texts for word in _spread(text)), *_code_words(codes)],
    )


def _text(words: Iterable[str]) -> str:
    unique = " ".join(dict.fromkeys(words))
    return f" {unique} " if unique else ""


def _spread(text: str) -> Iterator[str]:
    """Words with what else they are known by: "t-shirt" also as "tshirt", "t", "shirt", and "t shirt" as "tshirt"."""
    before = ""
    for token in _tokens(text):
        yield token
        parts = _parts(token)
        if len(parts) > 1:
            yield "".join(parts)
            yield from parts
        if (
            before
            and 1 in {len(before), len(token)}
            and (before + token).isalpha()
            and before not in ARTICLES
        ):
            yield before + token
        before = token


def _code_words(codes: Iterable[str]) -> Iterator[str]:
    for code in codes:
        if plain := normalise(code).replace(" ", ""):
            yield CODE + plain
            yield plain
            yield "".join(_parts(plain))


# --- what fits ------------------------------------------------------------------------------------
def fitting(
    words: Sequence[str], field: str = DOCUMENT, *, inside: bool = False, any_word: bool = False
) -> Q:
    """The condition that a text holds all words, or any of them, at the beginning or end of one of its own."""
    fits = _inside if inside else _holds_surely
    return reduce(or_ if any_word else and_, (fits(word, field) for word in words), Q())


def _holds_surely(word: str, field: str) -> Q:
    """The same as `_holds`, with a condition that follows from it.

    PostgreSQL adds the shares of both sides of an OR up, although they are mostly the same rows, and would rather read
    half the shop in order of age; with this it reads the index, except for a word that nearly everything has.
    """
    root, found = stem(word), _holds(word, field)
    is_plain = word.isalpha() and len(root) >= SHORTEST_ENDING
    return found & _contains(field, root) if is_plain else found


def _holds(word: str, field: str) -> Q:
    """The condition for one word: it begins or ends a word of the text, joined or in parts if it has hyphens.

    What has digits is a code or a measure: it begins a word and never ends one.
    """
    parts = _parts(word)
    if not all(part.isalpha() for part in parts):
        found = _contains(field, f" {word}")
        return found | _contains(field, f" {''.join(parts)}") if len(parts) > 1 else found
    if len(parts) == 1:
        return _begins_or_ends(word, field)
    separately = reduce(and_, (_begins_or_ends(part, field) for part in parts))
    return _begins_or_ends("".join(parts), field) | separately


def _begins_or_ends(word: str, field: str) -> Q:
    root = stem(word)
    found = _contains(field, f" {root}")
    if len(root) >= SHORTEST_ENDING:
        found |= _contains(field, f"{word} ")
        if root != word:
            found |= _contains(field, f"{root} ")
    return found


def _inside(word: str, field: str) -> Q:
    return _contains(field, word if len(word) >= SHORTEST_INSIDE else f" {word}")


def _contains(field: str, text: str) -> Q:
    # `contains`, and not `icontains`, which never reads PostgreSQL's trigram index; the text is comparable already.
    return Q(**{f"{field}__contains": text})


# --- how well -------------------------------------------------------------------------------------
def ranking(words: Sequence[str]) -> list[Any]:
    """Sort by this: a straight hit of a code or the whole name, then what is in stock, then the nearest words."""
    straight = reduce(or_, (_contains(DOCUMENT, f" {CODE}{word} ") for word in words))
    straight |= Q(**{NAME: f" {' '.join(words)} "})
    return [
        _first(straight, 0, 1).asc(),
        _first(Q(sizes_there=""), 1, 0).asc(),
        reduce(add, (_distance(word) for word in words)),
        F("created_at").desc(),
        F("pk").desc(),
    ]


def _distance(word: str) -> Combinable:
    """How far a word is from where it counts most: a word of the name, its beginning, its end, then other texts."""
    root = stem(word)
    whole = {f" {each} " for each in (word, root)}
    return Case(
        When(reduce(or_, (_contains(NAME, each) for each in sorted(whole))), then=Value(0)),
        When(_contains(NAME, f" {root}"), then=Value(2)),
        When(reduce(or_, (_contains(NAME, each[1:]) for each in sorted(whole))), then=Value(4)),
        When(reduce(or_, (_contains(DOCUMENT, each) for each in sorted(whole))), then=Value(8)),
        When(_contains(DOCUMENT, f" {root}"), then=Value(10)),
        default=Value(12),
        output_field=IntegerField(),
    )


def _first(condition: Q, yes: int, no: int) -> Case:
    return Case(When(condition, then=Value(yes)), default=Value(no), output_field=IntegerField())
