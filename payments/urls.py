from django.urls import path

from payments import views_back, views_cancel, views_checkout, views_credit, views_line

app_name = "payments"
urlpatterns = [
    path("checkout/", views_checkout.CheckoutView.as_view(), name="checkout"),
    path("checkout/summary/", views_checkout.summary, name="quote"),
    path("checkout/place/", views_line.place, name="place"),
    path("checkout/done/", views_back.done, name="done"),
    path("orders/<str:number>/cancel/", views_cancel.CancelOrderView.as_view(), name="cancel_order"),
    path("orders/g/<str:token>/cancel/", views_cancel.CancelOrderView.as_view(), name="cancel_guest_order"),
    path("store-credit/", views_credit.store_credit, name="store_credit"),
    path("checkout/waiting/<str:token>/", views_back.waiting, name="waiting"),
    path("checkout/cancelled/<str:token>/", views_back.cancelled, name="cancelled"),
]
