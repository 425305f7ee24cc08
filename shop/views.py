"""The doors of the shop window. Nothing here writes, and nothing sets a cookie."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from shop import listing, pages, showcase
from shop.tree import Tree, tree_for


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    def build() -> pages.Part:
        return pages.Part(
            html=render_to_string("shop/_home.html", showcase.front_page(tree_for(request))),
            title=f"{settings.SHOP_NAME}: good things, kept in stock",
            canonical="/",
        )

    return pages.answer(request, "shop/home.html", "home", build)


@require_safe
def products(request: HttpRequest) -> HttpResponse:
    return _list(request)


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    return _list(request, category=slug)


def _list(request: HttpRequest, *, category: str = "") -> HttpResponse:
    """A page of products; 404 if the category or the page does not exist."""
    try:
        wish = listing.read_wish(request.GET, category=category)
        tree = tree_for(request)
        listing.shelf_of(wish, tree)
        key = "\n".join(["list", wish.address(), *wish.notes])
        return pages.answer(request, "shop/products.html", key, lambda: _list_part(wish, tree))
    except listing.NoSuchPage as error:
        raise Http404 from error


def _list_part(wish: listing.Wish, tree: Tree) -> pages.Part:
    shelf = listing.shelf_of(wish, tree)
    found = listing.list_products(wish, tree)
    title = f"“{wish.q}”" if wish.words else shelf.name if shelf else "Everything"
    context = {
        "listing": found,
        "wish": wish,
        "shelf": shelf,
        "path": shelf.path()[:-1] if shelf else [],
        "shelves": shelf.children if shelf else tree.roots,
        "roots": tree.roots,
        "title": title,
        "sorts": listing.SORTS.items(),
        "low": listing.typed(wish.low),
        "high": listing.typed(wish.high),
        "currency": settings.CURRENCY.upper(),
    }
    return pages.Part(
        html=render_to_string("shop/_listing.html", context),
        title=title if wish.page == 1 else f"{title}, page {wish.page}",
        description=shelf.intro if shelf else "",
        canonical=wish.address(),
        is_indexed=not wish.is_narrowed and not wish.sort,
        nav_current=shelf.path()[0].slug if shelf else "" if wish.words else "all",
        q=wish.q,
    )


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    def build() -> pages.Part:
        shown = showcase.display(slug, tree_for(request))
        if shown is None:
            raise Http404
        return pages.Part(
            html=render_to_string("shop/_product.html", {"shown": shown, "product": shown.product}),
            title=shown.product.name,
            description=shown.product.summary,
            canonical=shown.product.get_absolute_url(),
            image=shown.images[0].file.url if shown.images else "",
            kind="product",
            nav_current=shown.path[0].slug,
        )

    return pages.answer(request, "shop/product.html", f"product\n{slug}", build)
