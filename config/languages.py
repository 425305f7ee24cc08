"""In which language a page speaks: its address alone decides, so that shared caches never mix languages.

The first of `LANGUAGES` lives at the plain addresses; each other one under its code, as in /de/cart/. No cookie and no
Accept-Language has a say on the shop's pages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import translate_url
from django.utils.translation import get_language, get_language_info, override


class LanguageMiddleware:
    """Speaks the language of the address while a request is answered.

    Django's own LocaleMiddleware would ask cookies and headers and turn 404s into redirects; this asks the path only.
    It comes first, so that also what other middleware says is in the right language.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = of_path(request.path_info)
        with override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Content-Language", language)
        return response


def of_path(path: str) -> str:
    """The language of an address: "de" for "/de/cart/", the shop's own for everything else."""
    first = path[1:].partition("/")[0]
    return first if is_spoken(first) else settings.LANGUAGE_CODE


def is_spoken(language: str | None) -> bool:
    """Whether the shop has its pages in this language."""
    return any(language == code for code, _ in settings.LANGUAGES)


def current() -> str:
    """The language that is spoken now: always one of the shop's."""
    language = get_language()
    return language if language is not None and is_spoken(language) else settings.LANGUAGE_CODE


def spoken(language: str | None) -> override:
    """Speak `language` inside, as in `with spoken(order.language):`, if the shop has it; else what is spoken now."""
    return override(language if is_spoken(language) else current())


@dataclass(frozen=True)
class Link:
    """The same page in one of the shop's languages; `name` is the language's own name for itself."""

    code: str
    name: str
    url: str
    is_current: bool


def links(address: str) -> list[Link]:
    """The page at `address` (path and query) in every language of the shop; the start page where it has no twin."""
    here = current()
    return [
        Link(
            code,
            get_language_info(code)["name_local"].capitalize(),
            address if code == here else twin(address, code),
            code == here,
        )
        for code, _ in settings.LANGUAGES
    ]


def twin(address: str, language: str) -> str:
    """The address of the same page in another language; the start page in it if there is no such page."""
    try:
        here = of_path(urlsplit(address).path)
        with override(here):
            there = translate_url(address, language)
    except ValueError:  # such as an unclosed bracket after two slashes
        return home(language)
    return home(language) if there == address and language != here else there


def home(language: str) -> str:
    """The start page's address in a language."""
    return "/" if language == settings.LANGUAGE_CODE else f"/{language}/"
