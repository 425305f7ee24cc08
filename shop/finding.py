"""What a search does when nothing fits all that was typed: correct it, look inside of words, or take fewer of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from shop import spelling
from shop.search import stem, words_of
from shop.text import normalise
from shop.tree import Shelf, Tree
from shop.wish import Wish

MOST_SHELVES = 4


@dataclass(frozen=True)
class Attempt:
    """One way to understand a search: what is then wished, how its words must fit, and what to say about it."""

    wish: Wish
    how: str = ""
    note: str = ""

    @property
    def options(self) -> dict[str, Any]:
        """For `Product.objects.search`."""
        return {self.how: True} if self.how else {}


def attempts(wish: Wish) -> Iterator[Attempt]:
    """Ways to understand a search, the strict one first; the others only for who chose no filters."""
    yield Attempt(wish)
    words = wish.words
    if not words or wish.is_filtered:
        return
    better = spelling.corrected(words)
    if better != words:
        nearly = replace(wish, q=" ".join(better))
        said = {"typed": wish.q, "meant": nearly.q}
        yield Attempt(nearly, note=_("Nothing fits “%(typed)s”. This is what fits “%(meant)s”.") % said)
    yield Attempt(
        wish,
        "inside",
        _("Nothing begins with “%(typed)s”: it stands within longer words here.") % {"typed": wish.q},
    )
    if len(words) > 1:
        some = better if better != words else words
        note = _("Nothing fits all of “%(typed)s”. These fit some of it.") % {"typed": wish.q}
        yield Attempt(replace(wish, q=" ".join(some)) if better != words else wish, "any_word", note)


def shelves_of(words: tuple[str, ...], tree: Tree) -> list[Shelf]:
    """The categories whose names have one of the words, those with most of them first; no query."""
    roots = {stem(word) for word in words if len(word) > 1}
    found = []
    for shelf in tree.by_pk.values():
        names = words_of(shelf.name)
        if hits := sum(any(name.startswith(root) for name in names) for root in roots):
            found.append((-hits, normalise(shelf.name), shelf))
    return [shelf for _hits, _name, shelf in sorted(found, key=lambda each: each[:2])[:MOST_SHELVES]]
