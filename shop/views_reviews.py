"""The door to what customers say: further pages of reviews, the same for everybody."""

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from shop import listing, opinions, pages
from shop.tree import Tree, tree_for


@require_safe
def reviews(request: HttpRequest, slug: str) -> HttpResponse:
    """One page of the reviews of a product: whole, or for htmx only what comes next below those that are there."""
    is_piece = bool(getattr(request, "htmx", False))
    try:
        page, tree = opinions.read_page(request.GET.get("page", "")), tree_for(request)
        key = f"reviews\n{slug}\n{page}\n{is_piece}"
        template = "shop/part.html" if is_piece else "shop/reviews.html"
        response = pages.answer(request, template, key, lambda: _part(slug, page, tree, is_piece=is_piece))
    except listing.NoSuchPage as error:
        raise Http404 from error
    patch_vary_headers(response, ["HX-Request"])
    return response


def _part(slug: str, page: int, tree: Tree, *, is_piece: bool) -> pages.Part:
    product = listing.shown(tree).filter(slug=slug).first()
    if product is None:
        raise Http404
    told = opinions.opinions_of(product, page)
    template = "shop/_opinions.html" if is_piece else "shop/_reviews_page.html"
    return pages.Part(
        html=render_to_string(template, {"told": told, "product": product}),
        title=_("Reviews of %(product)s") % {"product": product.name},
        canonical=opinions.page_address(product, page),
        is_indexed=False,
    )
