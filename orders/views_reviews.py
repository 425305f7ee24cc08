"""The customer's door to reviews: it stands in this room, as only here it is known who bought what."""

from datetime import timedelta
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from config import throttle
from orders import services as orders
from shop import services as shop
from shop.forms import ReviewForm
from shop.models import Product, Review


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """Write a review of something bought, or change one's own; staff read it before others do."""
    product, customer = _product(slug), cast(User, request.user)
    own = Review.objects.filter(product=product, author=customer).first()
    context: dict[str, object] = {"product": product, "own": own}
    try:
        line = orders.purchase_of(customer, product)
    except orders.NotBought as error:
        return render(request, "orders/review.html", {**context, "problem": str(error)}, status=403)
    form = ReviewForm(request.POST) if request.method == "POST" else ReviewForm(initial=_words_of(own))
    context |= {"form": form, "first_name": shop.first_name(customer)}
    if not form.is_valid():
        return render(request, "orders/review.html", context, status=422 if form.is_bound else 200)
    try:
        throttle.hit(f"review:{customer.pk}", limit=20, per=timedelta(hours=1))
        shop.add_review(product, customer, proof=line.reference, **form.cleaned_data)
    except throttle.Throttled as throttled:
        form.add_error(None, str(throttled))
        return throttle.mark(render(request, "orders/review.html", context), throttled)
    except shop.ShopError as error:
        form.add_error(None, str(error))
        return render(request, "orders/review.html", context, status=409)
    messages.success(request, _("Thank you. We read your review before it is shown, usually within a day."))
    return _to_product(product)


@require_POST
@never_cache
@login_required
def review_delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Take one's own review away for good."""
    product = _product(slug)
    own = Review.objects.filter(product=product, author=request.user).first()
    if own is None:
        raise Http404
    try:
        shop.remove_review(own)
    except shop.ReviewChanged as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your review is deleted."))
    return _to_product(product)


def _product(slug: str) -> Product:
    return get_object_or_404(Product, slug=slug, is_active=True)


def _words_of(own: Review | None) -> dict[str, object]:
    if own is None:
        return {}
    return {"rating": own.rating, "title": own.title, "text": own.text, "shows_name": bool(own.byline)}


def _to_product(product: Product) -> HttpResponse:
    return HttpResponseRedirect(product.get_absolute_url(), status=303)
