"""Product pictures, where no web server or object storage in front hands them out."""

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest
from django.utils._os import safe_join

TYPES = {".webp": "image/webp", ".jpg": "image/jpeg", ".png": "image/png"}


def serve(request: HttpRequest, name: str) -> FileResponse:
    """Hand out a public picture; names never change their content, so browsers may keep them."""
    path = Path(safe_join(settings.MEDIA_ROOT, name))
    if not name.startswith("products/") or path.suffix not in TYPES or not path.is_file():
        raise Http404
    response = FileResponse(path.open("rb"), content_type=TYPES[path.suffix])
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
