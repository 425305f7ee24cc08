"""What the front page shows, gathered in a fixed number of queries."""

from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from shop import flash
from shop.listing import picked, shown
from shop.models import Category, Product
from shop.tree import Shelf, Tree

FEATURED, NEWEST, REDUCED = 4, 8, 4


@dataclass(frozen=True)
class Door:
    """A top shelf on the front page, with a picture of something that stands on it."""

    shelf: Shelf
    image_url: str


def front_page(tree: Tree) -> dict[str, object]:
    """Featured, new and reduced products and the categories with a picture each: four queries.

    Nothing stands in two rows; what is reduced is seen first.
    """
    featured = _unseen(shown(tree).filter(is_featured=True), set(), FEATURED + 1)
    seen = {row["slug"] for row in featured}
    reduced = _unseen(shown(tree).filter(compare_at_price__isnull=False), seen, REDUCED)
    seen |= {row["slug"] for row in reduced}
    newest = _unseen(shown(tree), seen, NEWEST)
    return {
        "hero": featured[:1] or newest[:1],
        "featured": featured[1:],
        "reduced": reduced,
        "newest": newest,
        "doors": doors(tree),
        "flash": next((one for one in flash.told(timezone.now()) if one.state == "running"), None),
    }


def _unseen(goods: QuerySet[Product], seen: set[object], how_many: int) -> list[dict[str, object]]:
    """The newest few of some products that do not stand on the page yet, those to be had first: one query."""
    rows = [row for row in picked(goods, 2 * how_many + len(seen)) if row["slug"] not in seen]
    return sorted(rows, key=lambda row: not row["is_available"])[:how_many]


def doors(tree: Tree) -> list[Door]:
    """Give each top shelf the picture of its newest product, or of one on a shelf below; one query."""
    newest = Product.objects.filter(
        category=OuterRef("pk"), is_active=True, variant_count__gt=0, image_url__gt=""
    ).order_by("-created_at", "-pk")
    rows = Category.objects.filter(pk__in=list(tree.by_pk)).order_by()
    pictures = dict(rows.values_list("pk", Subquery(newest.values("image_url")[:1])))
    return [
        Door(root, next((pictures[each.pk] for each in root.subtree() if pictures.get(each.pk)), ""))
        for root in tree.roots
    ]
