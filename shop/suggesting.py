"""What is offered while somebody types: categories, goods, and the word that was meant."""

from dataclasses import dataclass, field, replace

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from shop import pages, spelling
from shop.finding import shelves_of
from shop.listing import picked, shown
from shop.search import ranking
from shop.tree import Shelf, Tree, tree_for
from shop.wish import Wish, read_wish

# With the line that leads to the whole search: eight.
MOST_GOODS, MOST_SHELVES = 5, 2
SHORTEST = 2
# Seconds that browsers and shared caches may show the same again.
KEEP = 10


@dataclass
class Suggestions:
    """`meant` is the search that was meant if what was typed finds nothing, else empty; `whole` the whole search."""

    whole: Wish
    goods: list[dict[str, object]] = field(default_factory=list)
    shelves: list[Shelf] = field(default_factory=list)
    meant: str = ""

    @property
    def url(self) -> str:
        return self.whole.address()

    @property
    def count(self) -> int:
        return len(self.goods) + len(self.shelves) + int(bool(self.goods or self.meant))


def suggest(wish: Wish, tree: Tree) -> Suggestions:
    """Look for the words typed so far; for the words that were meant if they fit nothing: two queries at most."""
    words = wish.words
    if len("".join(words)) < SHORTEST:
        return Suggestions(wish)
    goods = picked(shown(tree).search(words), MOST_GOODS, by=ranking(words))
    shelves = shelves_of(words, tree)[:MOST_SHELVES]
    if goods:
        return Suggestions(wish, goods, shelves)
    better = spelling.corrected(words)
    if better == words:
        return Suggestions(wish, shelves=shelves)
    meant = replace(wish, q=" ".join(better))
    return Suggestions(meant, shelves=shelves_of(better, tree)[:MOST_SHELVES], meant=meant.q)


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """The suggestions as a piece of HTML: the same for everybody, and nothing if nothing fits."""
    wish = Wish(q=read_wish({"q": request.GET.get("q", "")}).q)

    def build() -> str:
        found = suggest(wish, tree_for(request))
        return render_to_string("shop/_suggestions.html", {"found": found}).strip() if found.count else ""

    response = pages.fragment(request, f"suggestions\n{wish.q}", build)
    response["Cache-Control"] = f"public, max-age={KEEP}"
    response["X-Robots-Tag"] = "noindex"
    return response
