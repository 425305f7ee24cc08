from django.urls import path

from orders import views

app_name = "orders"
urlpatterns = [
    path("cart/", views.cart, name="cart"),
    path("cart/add/", views.cart_add, name="cart_add"),
    path("cart/update/", views.cart_update, name="cart_update"),
    path("orders/", views.history, name="history"),
    path("orders/find/", views.find, name="find"),
    path("orders/g/<str:token>/", views.guest_detail, name="guest_detail"),
    path("orders/<str:number>/", views.detail, name="detail"),
]
