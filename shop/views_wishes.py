"""The doors to wish lists. Anybody may press the heart; who is not signed in does so first, and the wish waits."""

from datetime import timedelta
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import User
from config import throttle
from config.csrf import ORIGIN_ONLY, same_origin
from shop import services as shop
from shop.models import Product, WishlistLink
from shop.tree import tree_for
from shop.wishes import entries_of

# What somebody wished for before they signed in, in their session: [slug, variant].
WAITING = "wish"
_LONGEST_SLUG = 160


@require_safe
@never_cache
@login_required
def wishlist(request: HttpRequest) -> HttpResponse:
    """Show the customer's own list, with what was just removed if it can be put back."""
    user = cast(User, request.user)
    removed = Product.objects.filter(slug=_slug(request.GET.get("removed", "")), is_active=True).first()
    context = {
        "entries": entries_of(user, tree_for(request)),
        "link": WishlistLink.objects.filter(user=user).first(),
        "removed": removed,
        "variant": _number(request.GET.get("variant", "")),
    }
    return render(request, "shop/wishlist.html", context)


@same_origin
@require_POST
@never_cache
def wishlist_add(request: HttpRequest) -> HttpResponse:
    """Save a product, by its slug; the page that asks is the same for everybody and holds no token."""
    throttle.hit(f"wish:{throttle.client_address(request)}", limit=300, per=timedelta(hours=1))
    slug, variant = _slug(request.POST.get("product", "")), _number(request.POST.get("variant", ""))
    if not request.user.is_authenticated:
        return _sign_in_first(request, slug, variant)
    try:
        saved = shop.save_wish(request.user, slug, variant)
    except shop.ShopError as error:
        return _answer(request, {"problem": str(error)})
    return _answer(request, {"saved": saved})


def _sign_in_first(request: HttpRequest, slug: str, variant: int | None) -> HttpResponse:
    """Keep the wish until whoever has it has signed in: `shop.receivers` saves it then, once."""
    if slug:
        request.session[WAITING] = [slug, variant]
        messages.info(request, _("Sign in, and it is on your wish list."))
    login = redirect_to_login(reverse("shop:wishlist"))
    return HttpResponseClientRedirect(login.url) if _is_htmx(request) else login


def _answer(request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    """Say what became of the wish: beside the button for htmx, else on the page that it was pressed on."""
    if _is_htmx(request):
        return render(request, "shop/_wish_saved.html", context)
    saved = context.get("saved")
    if isinstance(saved, shop.Saved):
        messages.success(request, words_of(saved))
    else:
        messages.error(request, str(context["problem"]))
    came_from = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, request.is_secure())
    return HttpResponseRedirect(came_from if is_ours else resolve_url("shop:wishlist"), status=303)


def words_of(saved: shop.Saved) -> str:
    if saved.is_new:
        return _("%(product)s is on your wish list.") % {"product": saved.product}
    return _("%(product)s is on your wish list already.") % {"product": saved.product}


@require_POST
@never_cache
@login_required
def wishlist_remove(request: HttpRequest) -> HttpResponse:
    """Take a product off the list; the page then offers to put it back."""
    item = shop.remove_wish(cast(User, request.user), _slug(request.POST.get("product", "")))
    address = resolve_url("shop:wishlist")
    if item:
        address += f"?removed={item.product.slug}" + (
            f"&variant={item.variant_id}" if item.variant_id else ""
        )
    return HttpResponseRedirect(address, status=303)


@require_POST
@never_cache
@login_required
def wishlist_share(request: HttpRequest) -> HttpResponse:
    """Make a link to the list, or withdraw it."""
    user = cast(User, request.user)
    if request.POST.get("shared") == "on":
        shop.share_wishes(user)
        messages.success(request, _("Whoever has the link below can see your wish list now."))
    else:
        shop.unshare_wishes(user)
        messages.success(request, _("Your wish list is yours alone again: the link has ended."))
    return HttpResponseRedirect(resolve_url("shop:wishlist"), status=303)


@require_safe
@never_cache
def wishlist_shared(request: HttpRequest, token: str) -> HttpResponse:
    """Show somebody's list to whoever has its link, without saying whose it is."""
    link = WishlistLink.objects.select_related("user").filter(token=token[:40], user__is_active=True).first()
    if link is None or len(token) > 40:
        throttle.hit(f"wishlist:{throttle.client_address(request)}", limit=30, per=timedelta(minutes=10))
        raise Http404
    context = {"entries": [each for each in entries_of(link.user, tree_for(request)) if each.is_offered]}
    response = render(request, "shop/wishlist_shared.html", context)
    response["Referrer-Policy"] = ORIGIN_ONLY
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _slug(text: str) -> str:
    return text[:_LONGEST_SLUG]


def _number(text: str) -> int | None:
    """The key of a variant, if it could be one."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _is_htmx(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))
