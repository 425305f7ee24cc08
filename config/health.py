"""Is the process alive, and is it fit to be sent visitors? Neither answer shows details."""

from django.http import HttpRequest, HttpResponse


def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse("live", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ready", content_type="text/plain")
