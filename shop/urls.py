"""The shop window's addresses."""

from django.urls import path

from shop import live, suggesting, views, views_flash, views_reviews, views_waiting, views_wishes
from shop.content import views as content

app_name = "shop"
urlpatterns = [
    path("", views.home, name="home"),
    path("sale/", views_flash.sales, name="flash"),
    path("sale/now/", views_flash.now, name="flash_now"),
    path("products/", views.products, name="products"),
    path("search/suggestions/", suggesting.suggestions, name="suggestions"),
    path("products/seen/", live.seen, name="seen"),
    path("products/<slug:slug>/", views.product, name="product"),
    path("products/<slug:slug>/reviews/", views_reviews.reviews, name="reviews"),
    path("products/<slug:slug>/stock/", live.stock, name="stock"),
    path("products/<slug:slug>/notify/", views_waiting.stock_request, name="stock_request"),
    path("back-in-stock/confirm/<str:token>/", views_waiting.stock_confirm, name="stock_confirm"),
    path("back-in-stock/stop/<str:token>/", views_waiting.stock_stop, name="stock_stop"),
    path("category/<slug:slug>/", views.category, name="category"),
    path("wishlist/", views_wishes.wishlist, name="wishlist"),
    path("wishlist/add/", views_wishes.wishlist_add, name="wishlist_add"),
    path("wishlist/remove/", views_wishes.wishlist_remove, name="wishlist_remove"),
    path("wishlist/share/", views_wishes.wishlist_share, name="wishlist_share"),
    path("wishlist/shared/<str:token>/", views_wishes.wishlist_shared, name="wishlist_shared"),
    path("pages/<slug:slug>/", content.page, name="page"),
    path("contact/", content.contact, name="contact"),
    path("contact/sent/", content.contact_sent, name="contact_sent"),
]
