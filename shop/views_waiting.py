"""The doors for people who wait: to ask for a mail, to prove the address, to want none after all."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import limits
from config import languages, throttle
from config.csrf import ORIGIN_ONLY, same_origin
from config.mail import clean_address
from shop import listing, waiting_links
from shop import services as shop
from shop.models import Product, Variant
from shop.tree import tree_for


class StockRequestForm(forms.Form):
    """Which of the sold out variants, and where to write to."""

    variant = forms.ModelChoiceField(
        Variant.objects.none(),
        label=_("Which one"),
        empty_label=None,
        error_messages={
            "required": _("Choose which one."),
            "invalid_choice": _("That one can be bought, or is not offered any more."),
        },
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(
            attrs={
                "autocomplete": "email",
                "inputmode": "email",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
        error_messages={
            "required": _("Enter your e-mail address."),
            "invalid": _("Enter an e-mail address, such as name@example.com."),
        },
    )

    def __init__(self, *args, sold_out: list[Variant], **kwargs):
        super().__init__(*args, **kwargs)
        field: forms.ModelChoiceField = self.fields["variant"]  # type: ignore[assignment]
        field.queryset = Variant.objects.filter(pk__in=[each.pk for each in sold_out])
        field.choices = [(each.pk, each.label or str(each)) for each in sold_out]
        field.widget.attrs["class"] = "form-select"
        if len(sold_out) == 1:
            field.initial, field.widget = sold_out[0].pk, forms.HiddenInput()
        self.fields["email"].widget.attrs["class"] = "form-control"
        for name in self.errors:
            if name in self.fields:
                attrs = self.fields[name].widget.attrs
                attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}
                attrs["class"] = f"{attrs.get('class', '')} is-invalid"

    def clean_email(self) -> str:
        return clean_address(self.cleaned_data["email"])


@same_origin
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def stock_request(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the address of somebody who waits; the answer is the same whether it is known or not."""
    product = listing.shown(tree_for(request)).filter(slug=slug).first()
    if product is None:
        raise Http404
    sold_out = _sold_out(product)
    user = request.user if request.user.is_authenticated else None
    if request.method != "POST":
        form = StockRequestForm(initial={"email": user.email if user else ""}, sold_out=sold_out)
        return _answer(request, product, form, sold_out, is_sent="sent" in request.GET)
    form = StockRequestForm(request.POST, sold_out=sold_out)
    if not form.is_valid():
        return _answer(request, product, form, sold_out, status=422)
    try:
        limits.count_mail(request, form.cleaned_data["email"])
        shop.ask_for_stock(
            form.cleaned_data["variant"],
            form.cleaned_data["email"],
            user=user,
            language=languages.current(),
        )
    except throttle.Throttled as throttled:
        form.add_error(None, str(throttled))
        return throttle.mark(_answer(request, product, form, sold_out), throttled)
    except shop.ShopError as error:
        form.add_error(None, str(error))
        return _answer(request, product, form, sold_out, status=409)
    if getattr(request, "htmx", False):
        return _answer(request, product, form, sold_out, is_sent=True)
    return HttpResponseRedirect(f"{request.path}?sent=1", status=303)


def _answer(
    request: HttpRequest,
    product: Product,
    form: StockRequestForm,
    sold_out: list[Variant],
    *,
    is_sent: bool = False,
    status: int = 200,
) -> HttpResponse:
    is_piece = bool(getattr(request, "htmx", False))
    template = "shop/_stock_request.html" if is_piece else "shop/stock_request.html"
    context = {"product": product, "form": form, "sold_out": sold_out, "is_sent": is_sent}
    # htmx puts only good answers into the page; a browser without it is told the truth.
    response = render(request, template, context, status=200 if is_piece else status)
    response["X-Robots-Tag"] = "noindex"
    return response


def _sold_out(product: Product) -> list[Variant]:
    return list(product.variants.filter(is_active=True).with_available().filter(available=0))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def stock_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the mailed link: a button proves the address, as mail programs open links too."""
    request_id = waiting_links.read_confirm(token)
    waits = shop.confirm_request(request_id) if request_id and request.method == "POST" else None
    state = "done" if waits else "ask" if request_id and request.method != "POST" else "ended"
    return _link_page(request, {"state": state, "waits": waits, "act": "confirm"})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def stock_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link in each mail: a button ends the waiting and forgets the address."""
    request_id = waiting_links.read_stop(token)
    if request_id and request.method == "POST":
        shop.stop_request(request_id)
    state = "ended" if not request_id else "done" if request.method == "POST" else "ask"
    return _link_page(request, {"state": state, "act": "stop"})


def _link_page(request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    response = render(
        request, "shop/stock_link.html", context, status=404 if context["state"] == "ended" else 200
    )
    response["Referrer-Policy"] = ORIGIN_ONLY
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
