"""The customer's door to calling an order off."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from config import throttle
from config.csrf import ORIGIN_ONLY
from orders import cart_cookie
from orders.models import Order
from orders.words import unbroken
from payments import gateway, services
from payments.models import Payment


@method_decorator(never_cache, name="dispatch")
class CancelOrderView(View):
    """The customer calls an order off while nothing was settled and nothing has left the house: ask, then do it."""

    def get(self, request: HttpRequest, number: str = "", token: str = "") -> HttpResponse:
        """Ask whether it is meant, and say what happens to the money."""
        return self._ask(request, self._order(request, number, token))

    @gateway.patience(gateway.REQUEST_SECONDS)
    def post(self, request: HttpRequest, number: str = "", token: str = "") -> HttpResponse:
        """Cancel it, once."""
        order = self._order(request, number, token)
        by = request.user if order.customer_id else None
        try:
            done = services.cancel_order(
                order,
                key="cancelled by customer",
                reason="The customer cancelled.",
                by=by,  # type: ignore[arg-type]
                by_customer=True,
            )
        except services.CannotCancel:
            order.refresh_from_db()
            return self._ask(request, order, status=409)
        words = _("Your order {number} is cancelled.")
        messages.success(request, format_html(words + " {done}", number=unbroken(order.number), done=done))
        return redirect(order.get_absolute_url())

    def _order(self, request: HttpRequest, number: str, token: str) -> Order:
        """The order of whoever asks; anybody else's is as unknown as none."""
        if token:
            order = Order.objects.filter(token=token, customer=None).first()
            if order is None:
                visitor = throttle.client_address(request)
                throttle.hit(f"guest-order:{visitor}", limit=30, per=timedelta(minutes=10))
                raise Http404
            return order
        customer = cart_cookie.customer_of(request)
        return get_object_or_404(Order.objects.exclude(customer=None), number=number, customer=customer)

    def _ask(self, request: HttpRequest, order: Order, status: int = 200) -> HttpResponse:
        payment = Payment.objects.filter(order=order).first()
        context = {
            "order": order,
            "why_not": services.why_customer_cannot(order),
            "address": request.path,
            "credit": services.credit_left(payment) if payment else 0,
        }
        response = render(request, "payments/cancel_order.html", context, status=status)
        if not order.customer_id:
            response["Referrer-Policy"] = ORIGIN_ONLY
            response["X-Robots-Tag"] = "noindex, nofollow"
        return response
