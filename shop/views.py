"""The doors of the shop window. Nothing here writes, and nothing sets a cookie."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from config.money import decimal_mark
from shop import front, listing, opinions, pages, showcase
from shop import services as shop
from shop.found import structured
from shop.models import Category, Product
from shop.tree import Shelf, Tree, tree_for
from shop.wish import SORTS, NoSuchPage, Wish, read_wish, typed


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    def build() -> pages.Part:
        return pages.Part(
            html=render_to_string("shop/_home.html", front.front_page(tree_for(request))),
            title=_("%(shop)s: good things, kept in stock") % {"shop": settings.SHOP_NAME},
            description=_(
                "What you see here lies on the shelf: chosen with care, counted, and ready to be sent."
            ),
            canonical=reverse("shop:home"),
            data=structured.script(*structured.shop()),
        )

    return pages.answer(request, "shop/home.html", "home", build)


@require_safe
def products(request: HttpRequest) -> HttpResponse:
    return _list(request)


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    tree = tree_for(request)
    if slug not in tree.by_slug:
        moved = shop.category_formerly_at(slug)
        return _moved(request, moved if moved and moved.pk in tree.by_pk else None)
    return _list(request, category=slug)


def _moved(request: HttpRequest, thing: Product | Category | None) -> HttpResponse:
    """Lead from an old address to where the thing is now, keeping the query; 404 if there is none."""
    if thing is None:
        raise Http404
    query = request.META.get("QUERY_STRING", "")
    response = HttpResponsePermanentRedirect(f"{thing.get_absolute_url()}{'?' if query else ''}{query}")
    # Not for ever: the old slug may be given to something else.
    response["Cache-Control"] = "public, max-age=600"
    return response


def _list(request: HttpRequest, *, category: str = "") -> HttpResponse:
    """A page of products; 404 if the category or the page does not exist."""
    try:
        wish = read_wish(request.GET, category=category)
        tree = tree_for(request)
        listing.shelf_of(wish, tree)
        key = "\n".join(["list", wish.address(), *wish.notes])
        return pages.answer(request, "shop/products.html", key, lambda: _list_part(wish, tree))
    except NoSuchPage as error:
        raise Http404 from error


def _list_part(wish: Wish, tree: Tree) -> pages.Part:
    shelf = listing.shelf_of(wish, tree)
    found = listing.list_products(wish, tree)
    typed_words, wish = wish.q, found.wish
    title = _list_title(wish, shelf)
    context = {
        "listing": found,
        "wish": wish,
        "shelf": shelf,
        "path": shelf.path()[:-1] if shelf else [],
        "shelves": shelf.children if shelf else tree.roots,
        "roots": tree.roots,
        "title": title,
        "sorts": SORTS.items(),
        "low": typed(wish.low).replace(".", decimal_mark()),
        "high": typed(wish.high).replace(".", decimal_mark()),
        "currency": settings.CURRENCY.upper(),
    }
    return pages.Part(
        html=render_to_string("shop/_listing.html", context),
        title=title
        if wish.page == 1
        else _("%(title)s, page %(page)s") % {"title": title, "page": wish.page},
        description=shelf.intro if shelf else "",
        canonical=wish.address(),
        data=structured.script(structured.breadcrumbs(shelf.path())) if shelf else "",
        is_indexed=not wish.is_narrowed and not wish.sort,
        nav_current=_nav_current(wish, shelf),
        q=typed_words,
    )


def _product_part(shown: showcase.Display) -> pages.Part:
    product, picture = shown.product, next(iter(shown.images), None)
    return pages.Part(
        html=render_to_string("shop/_product.html", _product_context(shown)),
        title=product.name,
        description=product.summary or structured.plain(product.description_html)[:160],
        canonical=product.get_absolute_url(),
        image=picture.file.url if picture else "",
        image_width=picture.width if picture else 0,
        image_height=picture.height if picture else 0,
        image_alt=picture.alt if picture else "",
        data=structured.script(
            structured.product(shown),
            structured.breadcrumbs(shown.path, (product.name, product.get_absolute_url())),
        ),
        kind="product",
        nav_current=shown.path[0].slug,
    )


def _list_title(wish: Wish, shelf: Shelf | None) -> str:
    if wish.words:
        return f"“{wish.q}”"
    if shelf:
        return shelf.name
    return _("On sale") if wish.on_sale else _("Everything")


def _nav_current(wish: Wish, shelf: Shelf | None) -> str:
    """Which entry of the header's navigation this list is under."""
    if shelf:
        return shelf.path()[0].slug
    if wish.words:
        return ""
    return "sale" if wish.on_sale else "all"


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    def build() -> pages.Part:
        shown = showcase.display(slug, tree_for(request))
        if shown is None:
            raise NotShown
        return _product_part(shown)

    # The day is part of the key: the page says when something arrives that is ordered today.
    key = f"product\n{slug}\n{timezone.localdate()}"
    try:
        return pages.answer(request, "shop/product.html", key, build)
    except NotShown:
        return _moved(request, _shown_here(request, shop.product_formerly_at(slug)))


class NotShown(Exception):
    """No product that customers may see has this slug."""


def _shown_here(request: HttpRequest, product: Product | None) -> Product | None:
    return product if product and product.category_id in tree_for(request).by_pk else None


def _product_context(shown: showcase.Display) -> dict[str, object]:
    return {
        "shown": shown,
        "product": shown.product,
        "told": opinions.opinions_of(shown.product),
        "is_waited_for": any(not one.can_be_bought for one in shown.choices),
    }
