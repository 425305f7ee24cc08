"""Addresses for machines: the same in every language."""

from django.urls import path

from shop.found import views

app_name = "found"
urlpatterns = [
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("sitemaps/<slug:part>.xml", views.sitemap_page, name="sitemap_page"),
    path("feeds/products.xml", views.products_feed, name="products_feed"),
]
