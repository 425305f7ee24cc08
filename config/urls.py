"""Which room answers which address."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from config import health, media

# Machines and staff: the same address whatever the language.
urlpatterns = [
    path("", include("payments.webhook_urls")),
    path("", include("shop.found.urls")),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("media/<path:name>", media.serve, name="media"),
    path("admin/", admin.site.urls),
]
if "debug_toolbar" in settings.INSTALLED_APPS:
    urlpatterns.append(path("__debug__/", include("debug_toolbar.urls")))
# What customers read: in the shop's first language at the plain address, in any other below its code (/de/…).
urlpatterns += i18n_patterns(
    path("", include("shop.urls")),
    path("", include("payments.urls")),
    path("", include("returns.urls")),
    path("", include("orders.urls")),
    path("accounts/", include("accounts.urls")),
    prefix_default_language=False,
)

handler400 = "config.views.bad_request"
handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
