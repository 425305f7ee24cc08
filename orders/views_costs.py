"""The customer's door to what a cart would cost, delivered, before the checkout asks who they are."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import address_book
from accounts.address_fields import country_field
from accounts.models import User
from orders import cart_cookie
from orders import services as orders
from orders.forms import country_of, reachable


class CostsForm(forms.Form):
    """Where it would go: the country that was chosen, else the customer's, else the shop's own."""

    def __init__(self, typed: str, customer: User | None):
        methods = orders.delivery_methods()
        choices = reachable(methods)
        self.country = country_of(typed or _country_of_customer(customer), choices)
        self.methods = methods
        super().__init__(initial={"country": self.country})
        self.fields["country"] = country_field(choices, self.country, kind="shipping")


def _country_of_customer(customer: User | None) -> str:
    """Where the customer has things sent; empty if they have said nothing of it."""
    saved = address_book.addresses_of(customer) if customer else []
    return saved[0].country if saved else ""


@require_safe
@never_cache
def costs(request: HttpRequest) -> HttpResponse:
    """Show the whole sum for a country, and the rule behind each of its figures."""
    cart = cart_cookie.find(request)
    customer = cart_cookie.customer_of(request)
    form = CostsForm(request.GET.get("country", ""), customer)
    if cart is None:
        return redirect("orders:cart")
    try:
        quote = orders.make_quote(cart, country=form.country, methods=form.methods)
    except orders.EmptyCart:
        return redirect("orders:cart")
    return render(request, "orders/costs.html", {"form": form, "quote": quote})
