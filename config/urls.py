"""Which room answers which address."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import health, media

urlpatterns = [
    path("", include("shop.urls")),
    path("", include("payments.urls")),
    path("", include("orders.urls")),
    path("accounts/", include("accounts.urls")),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("media/<path:name>", media.serve, name="media"),
    path("admin/", admin.site.urls),
]
if "debug_toolbar" in settings.INSTALLED_APPS:
    urlpatterns.append(path("__debug__/", include("debug_toolbar.urls")))

handler400 = "config.views.bad_request"
handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
