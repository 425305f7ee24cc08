from django.urls import path

from payments import views, webhooks

app_name = "payments"
urlpatterns = [
    path("checkout/", views.CheckoutView.as_view(), name="checkout"),
    path("checkout/summary/", views.summary, name="quote"),
    path("checkout/done/", views.done, name="done"),
    path("checkout/cancelled/<str:token>/", views.cancelled, name="cancelled"),
    path("payments/webhook/", webhooks.stripe_webhook, name="webhook"),
]
