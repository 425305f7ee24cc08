"""The staff console: Django Admin with the shop's name on the door."""

from django.conf import settings
from django.contrib import admin


class Console(admin.AdminSite):
    site_header = f"{settings.SHOP_NAME} console"
    site_title = f"{settings.SHOP_NAME} console"
    index_title = "What needs doing"
