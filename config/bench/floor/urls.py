from django.urls import path

from config.bench.floor import views

urlpatterns = [
    path("page", views.page, name="page"),
    path("search", views.search, name="search"),
    path("product/<int:pk>", views.product, name="product"),
    path("add", views.add, name="add"),
    path("buy", views.buy, name="buy"),
]
