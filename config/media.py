"""Product pictures, where no web server or object storage in front hands them out."""

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

# The only folder of MEDIA_ROOT that is everybody's; photos of returns lie beside it.
PUBLIC = "products"
TYPES = {".webp": "image/webp", ".jpg": "image/jpeg", ".png": "image/png"}


@require_safe
def serve(request: HttpRequest, name: str) -> FileResponse:
    """Hand out a public picture; names never change their content, so browsers may keep them."""
    try:
        public = Path(settings.MEDIA_ROOT, PUBLIC).resolve()
        path = Path(settings.MEDIA_ROOT, name).resolve()
        found = path.is_relative_to(public) and path.suffix in TYPES and path.is_file()
    except OSError:  # a name longer than file systems take
        found = False
    if not found:
        raise Http404
    response = FileResponse(path.open("rb"), content_type=TYPES[path.suffix])
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
