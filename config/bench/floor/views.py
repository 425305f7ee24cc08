"""Five pages, each as Django's own documentation would write it."""

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from config.bench.floor.models import Movement, Order, OrderLine, Paid, Product

CARDS = 24


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """24 cards: one query."""
    return render(request, "floor/page.html", {"products": Product.objects.order_by("-pk")[:CARDS]})


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """24 cards of products whose names hold the word: one query."""
    found = Product.objects.filter(name__contains=request.GET["q"]).order_by("-pk")[:CARDS]
    return render(request, "floor/page.html", {"products": found})


@require_GET
def product(request: HttpRequest, pk: int) -> HttpResponse:
    """One product: one query."""
    return render(request, "floor/product.html", {"product": get_object_or_404(Product, pk=pk)})


@csrf_exempt
@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """One more piece in the cart of a database session."""
    chosen = get_object_or_404(Product, pk=request.POST["product"])
    cart = request.session.setdefault("cart", {})
    cart[str(chosen.pk)] = cart.get(str(chosen.pk), 0) + 1
    request.session.modified = True
    return redirect("product", pk=chosen.pk)


@csrf_exempt
@require_POST
@transaction.atomic
def buy(request: HttpRequest) -> HttpResponse:
    """An order in one POST: SELECT, four INSERTs, and the conditional UPDATE that takes the stock."""
    wanted = get_object_or_404(Product, pk=request.POST["product"])
    order = Order.objects.create(email="buyer@example.org", total=wanted.price)
    OrderLine.objects.create(order=order, product=wanted, quantity=1, price=wanted.price)
    Movement.objects.create(order=order, product=wanted, change=-1)
    Paid.objects.create(order=order, amount=wanted.price)
    if not Product.objects.filter(pk=wanted.pk, stock__gte=1).update(stock=F("stock") - 1):
        transaction.set_rollback(True)
        return HttpResponse("sold out", status=409)
    return HttpResponse(f"order {order.pk}", status=201)
