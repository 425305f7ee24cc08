"""What every page knows without asking the database."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    return {"shop_name": settings.SHOP_NAME, "public_base_url": settings.PUBLIC_BASE_URL}
