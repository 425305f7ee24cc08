"""The doors of the shop window. Nothing here writes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def home(request: HttpRequest) -> HttpResponse:
    return render(request, "shop/home.html")


def products(request: HttpRequest) -> HttpResponse:
    return render(request, "shop/home.html")


def category(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "shop/home.html")


def product(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "shop/home.html")
