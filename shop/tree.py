"""The category tree as pages use it: read in one query, kept for a moment, never asked row by row."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists
from django.http import HttpRequest
from django.urls import reverse

from shop import kept
from shop.models import Category, Product


@dataclass
class Shelf:
    """One category in the window, with its shelves below and its way up."""

    pk: int
    slug: str
    name: str
    intro: str
    parent: "Shelf | None" = field(default=None, repr=False)
    children: list["Shelf"] = field(default_factory=list, repr=False)
    url: str = ""

    def path(self) -> list["Shelf"]:
        """The way from the top shelf down to this one, which comes last."""
        above = self.parent.path() if self.parent else []
        return [*above, self]

    def subtree(self) -> Iterator["Shelf"]:
        """This shelf and all below it."""
        yield self
        for child in self.children:
            yield from child.subtree()


@dataclass
class Tree:
    """All categories that are shown: those that are active and stand in active ones only."""

    roots: list[Shelf]
    by_slug: dict[str, Shelf]
    by_pk: dict[int, Shelf]
    # True if some category is not shown, so that a list of everything has to leave its products out.
    hides_some: bool
    # True if something is on sale, so that a link may lead there.
    has_reduced: bool = False


def tree_for(request: HttpRequest) -> Tree:
    """Return the tree, looked up once per request: the list, the header and the footer need the same."""
    tree = getattr(request, "_shop_tree", None)
    if tree is None:
        tree = request._shop_tree = category_tree()  # type: ignore[attr-defined]
    return tree


def category_tree() -> Tree:
    """Return the tree of this moment: one query, or none."""
    return kept.get("tree", read_tree)


def read_tree() -> Tree:
    """Read every category in one query and hang the shown ones together; a loop of parents is not shown."""
    reduced = Product.objects.filter(is_active=True, variant_count__gt=0, compare_at_price__isnull=False)
    rows: list[Any] = list(
        Category.objects.annotate(something_is_reduced=Exists(reduced)).order_by("position", "name", "pk")
    )
    below: dict[int | None, list[Category]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    tree = Tree(roots=[], by_slug={}, by_pk={}, hides_some=False)

    def hang(row: Category, parent: Shelf | None) -> None:
        shelf = Shelf(
            row.pk, row.slug, row.name, row.intro, parent, url=reverse("shop:category", args=[row.slug])
        )
        (parent.children if parent else tree.roots).append(shelf)
        tree.by_slug[shelf.slug] = tree.by_pk[shelf.pk] = shelf
        for child in below.get(row.pk, []):
            if child.is_active:
                hang(child, shelf)

    for row in below.get(None, []):
        if row.is_active:
            hang(row, None)
    tree.hides_some = len(tree.by_pk) < len(rows)
    tree.has_reduced = any(row.something_is_reduced for row in rows)
    return tree
