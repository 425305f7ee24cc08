"""Words that somebody mistyped: which word of the shop was meant.

Words are compared by trigrams, three letters at a time of "  word ", which one query counts on any database; of those
that share enough, the one with the fewest slips of the finger wins, and of two the one that more products have.
"""

from collections.abc import Sequence

from django.db.models import Case, IntegerField, Q, Value, When

from shop.models import SearchWord
from shop.search import LONGEST_WORD, stem

# More words of one search are not looked up.
MOST_MISTYPED = 4
MOST_CANDIDATES = 300


def pad(word: str) -> str:
    """The word as trigrams are made of it: its beginning counts more than its end."""
    return f"  {word} "


def trigrams(word: str) -> list[str]:
    padded = pad(word)
    return sorted({padded[place : place + 3] for place in range(len(padded) - 2)})


def corrected(words: Sequence[str]) -> tuple[str, ...]:
    """The words with each that the shop does not know replaced by the nearest that it knows: one query.

    The same words if there is nothing to correct, or nothing near.
    """
    doubtful = [word for word in words if word.isalpha() and 3 <= len(word) <= LONGEST_WORD][:MOST_MISTYPED]
    if not doubtful:
        return tuple(words)
    near = _near(doubtful)
    return tuple(dict.fromkeys(_correct(word, near) if word in doubtful else word for word in words))


def _near(words: Sequence[str]) -> list[tuple[str, int]]:
    """The words of the shop that share at least a quarter of their trigrams with one of these: (word, products)."""
    shared = {f"shared_{place}": _shared(word) for place, word in enumerate(words)}
    enough = Q()
    for place, word in enumerate(words):
        enough |= Q(**{f"shared_{place}__gte": max(len(trigrams(word)) // 4, 1)})
    most = sum((shared[name] for name in list(shared)[1:]), start=shared["shared_0"])
    rows = SearchWord.objects.annotate(**shared).filter(enough).order_by(most.desc(), "-products", "pk")
    return [
        (padded.strip(), products)
        for padded, products in rows.values_list("pk", "products")[:MOST_CANDIDATES]
    ]


def _shared(word: str):
    """How many trigrams of a word a row has."""
    each = [
        Case(When(padded__contains=three, then=Value(1)), default=Value(0), output_field=IntegerField())
        for three in trigrams(word)
    ]
    return sum(each[1:], start=each[0])


def _correct(word: str, near: Sequence[tuple[str, int]]) -> str:
    root = stem(word)
    if any(known.startswith(root) or known.endswith(word) for known, _products in near):
        return word
    allowed = 1 if len(word) < 5 else 2 if len(word) < 9 else 3
    measured = [(distance(word, known, allowed), -products, known) for known, products in near]
    slips, _products, best = min(measured, default=(allowed + 1, 0, word))
    return best if slips <= allowed else word


def distance(one: str, other: str, most: int) -> int:
    """How many letters are wrong, missing, too many or swapped with their neighbour; more than `most` is `most` + 1.

    The optimal string alignment distance, row by row; a first letter that differs counts double, as people rarely
    mistype it.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        before, last, row = row, before, [place]
        for column, there in enumerate(other, 1):
            cost = min(before[column] + 1, row[-1] + 1, before[column - 1] + (letter != there))
            if place > 1 and column > 1 and letter == other[column - 2] and one[place - 2] == there:
                cost = min(cost, last[column - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1] + (one[:1] != other[:1] and one[:2] != other[1::-1]), most + 1)
