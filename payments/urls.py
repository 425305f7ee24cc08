from django.urls import path

from payments import views, views_credit, views_line

app_name = "payments"
urlpatterns = [
    path("checkout/", views.CheckoutView.as_view(), name="checkout"),
    path("checkout/summary/", views.summary, name="quote"),
    path("checkout/place/", views_line.place, name="place"),
    path("checkout/done/", views.done, name="done"),
    path("orders/<str:number>/cancel/", views.CancelOrderView.as_view(), name="cancel_order"),
    path("orders/g/<str:token>/cancel/", views.CancelOrderView.as_view(), name="cancel_guest_order"),
    path("store-credit/", views_credit.store_credit, name="store_credit"),
    path("checkout/waiting/<str:token>/", views.waiting, name="waiting"),
    path("checkout/cancelled/<str:token>/", views.cancelled, name="cancelled"),
]
