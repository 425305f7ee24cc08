"""Whose return it is: that of a customer who is signed in, or of whoever has the link to a guest's order."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.models import User
from config import throttle
from config.csrf import ORIGIN_ONLY
from orders import cart_cookie
from orders.models import Order
from returns.models import ReturnRequest

View = Callable[..., HttpResponseBase]


def order_of(request: HttpRequest, number: str, token: str) -> Order:
    """The order of whoever asks; anybody else's is as unknown as none. Raises Http404."""
    if token:
        return get_object_or_404(Order, token=token, customer=None)
    return get_object_or_404(Order.objects.exclude(customer=None), number=number, customer=request.user)


def return_of(request: HttpRequest, number: str, token: str) -> ReturnRequest:
    """The same for a return, with its order. Raises Http404."""
    rows = ReturnRequest.objects.select_related("order__customer")
    if token:
        return get_object_or_404(rows, number=number, order__token=token, order__customer=None)
    return get_object_or_404(rows.exclude(order__customer=None), number=number, order__customer=request.user)


def guests(view: View) -> View:
    """A door for guests: guesses of its secret link are counted, and the link is neither kept nor passed on."""

    @wraps(view)
    def guarded(request: HttpRequest, token: str, **names: str) -> HttpResponseBase:
        try:
            response = view(request, token=token, **names)
        except Http404:
            visitor = throttle.client_address(request)
            throttle.hit(f"guest-order:{visitor}", limit=30, per=timedelta(minutes=10))
            raise
        response["Referrer-Policy"] = ORIGIN_ONLY
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded


def customer_of(request: HttpRequest, order: Order) -> User | None:
    """Who does something with their own order; nobody for a guest's."""
    return cart_cookie.customer_of(request) if order.customer_id else None


def address_of(order: Order, name: str, *numbers: str) -> str:
    """Where a page of returns is for whoever owns the order: `name` as in returns/urls.py, without `guest_`."""
    if order.customer_id:
        return reverse(f"returns:{name}", args=numbers)
    return reverse(f"returns:guest_{name}", args=[order.token, *numbers])


def new_address_of(order: Order) -> str:
    """Where a return of this order is asked for."""
    if order.customer_id:
        return reverse("returns:new", args=[order.number])
    return reverse("returns:guest_new", args=[order.token])
