"""The door for the web server."""

import os

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Request(WSGIRequest):
    """Reads every text as UTF-8.

    Django decodes with whatever codec Content-Type names, and "rot13" makes it fail before any middleware
    could answer.
    """

    @property
    def encoding(self) -> None:
        return None

    @encoding.setter
    def encoding(self, name: str) -> None:
        """Take no other."""


application: WSGIHandler = get_wsgi_application()
application.request_class = Request
