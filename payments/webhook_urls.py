"""Where machines call, in no language; apart from the pages, whose addresses have one."""

from django.urls import path

from payments import webhooks

app_name = "webhooks"
urlpatterns = [path("payments/webhook/", webhooks.stripe_webhook, name="stripe")]
